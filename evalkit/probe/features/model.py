"""The feature `model`: a reply says which model served it."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, oddities, quoted, supported
from evalkit.probe.questions import PLAIN
from evalkit.probe.seen import Seen


class Model(Feature):
    """The reply names the model that was asked for, a suffix such as a date apart."""

    place = 220
    group = "accounting"
    title = "model echoed"
    reach = "request"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (PLAIN,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        if not reply.model:
            return deviates("the reply names no model")
        other = [one for one in reply.warnings if one.name == "model_differs"]
        return deviates(*oddities(other)) if other else supported(quoted(reply.model)[1:-1])
