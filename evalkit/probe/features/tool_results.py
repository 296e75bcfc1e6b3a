"""The feature `tool_results`: what a tool returned is read."""

from collections.abc import Sequence

from evalkit.model.chat import Message, TextPart, ToolCall
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import supported, unshown
from evalkit.probe.questions import WEATHER, chat, said
from evalkit.probe.seen import Seen

DEGREES = "17"
CALL = ToolCall(id="call_1", name="get_weather", arguments='{"city": "Oslo"}')
RESULT = TextPart(text=f'{{"degrees": {DEGREES}}}')
ASKED = Question(
    chat(
        said("user", "How many degrees are there in Oslo? Reply with the number alone."),
        Message(role="assistant", tool_calls=(CALL,)),
        Message(role="tool", tool_call_id=CALL.id, parts=(RESULT,)),
        tools=(WEATHER,),
    )
)


class ToolResults(Feature):
    """The reply tells what only the tool's result says."""

    place = 90
    group = "tools"
    title = "tool result"
    reach = "request"
    parameter = "tools"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        return supported() if DEGREES in reply.text else unshown(reply, "nothing of the result")
