"""The feature `usage`: token counts come, add up, and are the same for a stream."""

from collections.abc import Sequence

from evalkit.model.chat import ChatReply
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported
from evalkit.probe.questions import PLAIN, STREAMED
from evalkit.probe.seen import Seen

NAMES = ("usage_missing", "usage_inconsistent")


class Usage(Feature):
    """Prompt and completion add up to the total, and a stream has the same prompt."""

    place = 210
    group = "accounting"
    title = "usage"
    reach = "request"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (PLAIN, STREAMED)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        whole, streamed = seen
        odd = [*_doubts("", whole.reply), *_doubts("streamed: ", streamed.reply)]
        counts = whole.prompt, streamed.prompt
        if None not in counts and counts[0] != counts[1]:
            odd.append(f"one prompt has {counts[0]} tokens, and {counts[1]} when it is streamed")
        return deviates(*odd) if odd else supported()


def _doubts(mode: str, reply: ChatReply) -> list[str]:
    return [
        f"{mode}{one.detail or one.name.replace('_', ' ')}"
        for one in reply.warnings
        if one.name in NAMES
    ]
