"""The feature `latency`: how long a short reply takes, and its first token."""

from collections.abc import Sequence

from evalkit.model.chat import Timing
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import supported, unknown
from evalkit.probe.questions import PLAIN, STREAMED
from evalkit.probe.seen import Seen


class Latency(Feature):
    """The time of the first reply, its connection included, and to the first token of a stream."""

    place = 230
    group = "accounting"
    title = "latency"
    reach = "request"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (PLAIN, STREAMED)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        whole, streamed = (one.reply.timing for one in seen)
        if whole is None:
            return unknown("the api tells no times")
        return supported(f"{whole.total * 1000:.0f} ms{_first(streamed)}")


def _first(streamed: Timing | None) -> str:
    if streamed is None or streamed.first_token is None:
        return ""
    return f", first token of a stream after {streamed.first_token * 1000:.0f} ms"
