"""The feature `n`: one request gets several replies."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported
from evalkit.probe.questions import COUNT, chat
from evalkit.probe.seen import Seen

WANTED = 2
ASKED = Question(chat(COUNT, params={"n": WANTED}))


class Several(Feature):
    """The body has two choices, each with an index of its own."""

    place = 170
    group = "sampling"
    title = "n"
    parameter = "n"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        choices = seen[0].raw.choices
        if len(choices) != WANTED:
            came = f"{len(choices)} choice came" if len(choices) == 1 else f"{len(choices)} came"
            return deviates(f"accepted, but {came}, not {WANTED}")
        if {str(one.get("index")) for one in choices} != {"0", "1"}:
            return deviates("the choices are not numbered 0 and 1")
        return supported()
