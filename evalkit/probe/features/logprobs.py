"""The feature `logprobs`: a reply tells how likely its tokens were."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.model.data import Json
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported
from evalkit.probe.questions import COUNT, chat
from evalkit.probe.seen import Seen

ASKED = Question(chat(COUNT, params={"logprobs": True}))


class Logprobs(Feature):
    """The choice has `logprobs.content`, with a token and a number in each item."""

    place = 160
    group = "sampling"
    title = "logprobs"
    parameter = "logprobs"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        choices = seen[0].raw.choices
        found = choices[0].get("logprobs") if choices else None
        content = found.get("content") if isinstance(found, dict) else None
        if not isinstance(content, list) or not content:
            return deviates("accepted, but choices[0].logprobs.content is missing")
        if all(map(_is_item, content)):
            return supported()
        return deviates("an item of choices[0].logprobs.content has no token or no logprob")


def _is_item(item: Json) -> bool:
    if not isinstance(item, dict):
        return False
    return isinstance(item.get("token"), str) and isinstance(item.get("logprob"), int | float)
