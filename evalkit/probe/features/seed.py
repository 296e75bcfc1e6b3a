"""The feature `seed`: the same seed gives the same reply."""

from collections.abc import Sequence
from dataclasses import replace

from evalkit.model.conformance import Finding
from evalkit.model.data import Json
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported, unknown, unshown
from evalkit.probe.questions import chat, said
from evalkit.probe.seen import Seen

ASKED = Question(
    chat(
        said("user", "Invent a name for a cat. Reply with the name alone."),
        params={"seed": 7, "temperature": 0},
    )
)


class Seed(Feature):
    """Two replies to one question at temperature 0 are equal, where one backend gave both."""

    place = 150
    group = "sampling"
    title = "seed"
    parameter = "seed"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED, replace(ASKED, number=2))

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        one, other = seen
        if not one.reply.text.strip():
            return unshown(one.reply)
        if one.reply.text == other.reply.text:
            return supported()
        if _backend(one) != _backend(other):
            return unknown("two replies differ, of two backends by system_fingerprint")
        return deviates("accepted, but two replies differ")


def _backend(seen: Seen) -> Json:
    data = seen.raw.data
    return data.get("system_fingerprint") if isinstance(data, dict) else None
