"""The feature `bad_parameter`: a parameter of a wrong type is refused in the standard's form."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.envelopes import judge_error
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.questions import COUNT, chat
from evalkit.probe.seen import Seen

ASKED = Question(chat(COUNT, params={"temperature": "warm"}))


class BadParameter(Feature):
    """A temperature that is a word gets 400 or 422, and an error that says why."""

    place = 180
    group = "errors"
    title = "bad parameter"
    parameter = "temperature"
    expects_fault = True

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        return judge_error(seen[0], (400, 422), "the temperature 'warm' is accepted")
