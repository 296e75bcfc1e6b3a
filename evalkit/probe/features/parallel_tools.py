"""The feature `parallel_tools`: one reply calls tools several times."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported, unknown, unshown
from evalkit.probe.questions import WEATHER, chat, said
from evalkit.probe.seen import Seen

ASKED = Question(
    chat(
        said("user", "What is the weather in Rome and in Lima? Call the tool twice, at once."),
        tools=(WEATHER,),
    )
)


class ParallelTools(Feature):
    """The reply has two calls, each with an id of its own."""

    place = 100
    group = "tools"
    title = "parallel tool calls"
    reach = "request"
    parameter = "tools"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        calls = reply.tool_calls
        if not calls:
            return unshown(reply, "no call of a tool")
        if len(calls) == 1:
            return unknown("the reply has one call, which shows nothing of two")
        if len({call.id for call in calls}) < len(calls):
            return deviates(f"the {len(calls)} calls do not have an id of their own each")
        return supported()
