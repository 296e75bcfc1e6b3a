"""The feature `wrong_key`: a wrong key is refused in the standard's form."""

from collections.abc import Sequence
from dataclasses import replace

from evalkit.model.conformance import Finding
from evalkit.probe.envelopes import judge_error
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.questions import PLAIN
from evalkit.probe.seen import Seen

ASKED = replace(PLAIN, variant="wrong_key")


class WrongKey(Feature):
    """A key that nobody has gets 401, and an error that says why."""

    place = 200
    group = "errors"
    title = "wrong key"
    expects_fault = True

    def lacks(self, setting: Setting) -> str | None:
        return None if setting.deployment.api_key else "the deployment has no api_key"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        return judge_error(seen[0], (401,), "a wrong key is accepted")
