"""The feature `stream`: a reply comes in chunks, in the standard's order."""

from collections.abc import Collection, Sequence

from evalkit.model.chat import ChatReply, StreamFacts
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, oddities, supported, unshown
from evalkit.probe.questions import STREAMED
from evalkit.probe.seen import Seen

SAID_HERE = frozenset(
    {
        "missing_done",
        "missing_finish_reason",
        "content_after_finish",
        "looks_cumulative",
        "usage_missing",
    }
)
REFUSALS = frozenset({400, 422})
ELSEWHERE = frozenset({"usage_inconsistent", "model_differs"})


class Stream(Feature):
    """The role comes first, one finish reason after all content, then usage and `[DONE]`."""

    place = 40
    group = "streaming"
    title = "stream"
    parameter = "stream"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (STREAMED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        cumulative = setting.deployment.profile.deltas == "cumulative"
        reply = seen[0].reply
        if reply.stream is None:
            return deviates("JSON came although a stream was asked for")
        names = {warning.name for warning in reply.warnings}
        odd = [
            *_refused(reply),
            *_disorder(reply.stream, names),
            *oddities(reply.warnings, but=SAID_HERE | ELSEWHERE),
        ]
        if cumulative:
            odd.append("the profile says that each delta repeats those before it")
        if odd:
            return deviates(*odd)
        return supported() if reply.text.strip() else unshown(reply)


def _refused(reply: ChatReply) -> list[str]:
    """Say whether the stream came only once `stream_options` were left out."""
    statuses = [one.status for one in reply.tries[:-1]]
    refused = [status for status in statuses if status in REFUSALS]
    return [f"stream_options are refused with {refused[0]}, so no usage comes"] if refused else []


def _disorder(facts: StreamFacts, names: Collection[str]) -> list[str]:
    """Say where a stream leaves the standard's order; `names` are of what had to be tolerated."""
    count = f"{facts.finishes} finish reasons come, not one"
    order = {
        "the first delta names no role": not facts.role_first,
        "content comes after the finish reason": facts.late > 0,
        "no finish reason comes" if not facts.finishes else count: facts.finishes != 1,
        "each delta repeats those before it": "looks_cumulative" in names,
        "no usage comes although include_usage is asked for": "usage_missing" in names,
        "no [DONE] ends it": not facts.done or "missing_done" in names,
    }
    return [words for words, odd in order.items() if odd]
