"""The feature `wrong_model`: an unknown model is refused in the standard's form."""

from collections.abc import Sequence
from dataclasses import replace

from evalkit.model.conformance import Finding
from evalkit.probe.envelopes import judge_error
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.questions import PLAIN
from evalkit.probe.seen import Seen

ASKED = replace(PLAIN, variant="wrong_model")


class WrongModel(Feature):
    """A model that nobody has gets 404 or 400, and an error that says why."""

    place = 190
    group = "errors"
    title = "wrong model"
    expects_fault = True

    def lacks(self, setting: Setting) -> str | None:
        named = setting.deployment.model
        return None if named else "no model is named: the endpoint decides"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        return judge_error(seen[0], (404, 400), "a model that nobody has is answered for")
