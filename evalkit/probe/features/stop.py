"""The feature `stop`: a reply ends before a stop word."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, quoted, supported, unshown
from evalkit.probe.questions import chat, said
from evalkit.probe.seen import Seen

BEFORE, WORD = "bravo", "charlie"
ASKED = Question(
    chat(
        said("user", f"Repeat exactly, in lower case: alpha {BEFORE} {WORD} delta"),
        params={"stop": [WORD]},
    )
)


class Stop(Feature):
    """The text ends before the word, and the reply with `stop`."""

    place = 140
    group = "limits"
    title = "stop obeyed"
    reach = "request"
    parameter = "stop"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        if WORD in reply.text:
            return deviates(f"accepted, but the reply {quoted(reply.text)} has the stop word")
        if BEFORE not in reply.text:
            return unshown(reply)
        if reply.finish_reason != "stop":
            return deviates(f"the reply ends with {reply.finish_reason!r}, not with 'stop'")
        return supported()
