"""The feature `tools`: a tool that is offered is called."""

import json
from collections.abc import Iterator, Sequence

from evalkit.model.chat import ChatReply, ToolCall
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, oddities, quoted, supported, unshown
from evalkit.probe.questions import WEATHER, chat, said
from evalkit.probe.seen import Seen

ASKED = Question(chat(said("user", "What is the weather in Oslo? Use the tool."), tools=(WEATHER,)))
ELSEWHERE = ("usage_missing", "usage_inconsistent", "model_differs")


class Tools(Feature):
    """The reply calls the tool by its name, with arguments that fit, and says so at its end."""

    place = 80
    group = "tools"
    title = "tool call"
    reach = "request"
    parameter = "tools"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        if not reply.tool_calls or reply.result == "truncated":
            return unshown(reply, "no call of a tool")
        odd = [*_oddities(reply), *oddities(reply.warnings, but=ELSEWHERE)]
        return deviates(*odd) if odd else supported()


def _oddities(reply: ChatReply) -> Iterator[str]:
    call = reply.tool_calls[0]
    if call.name != "get_weather":
        yield f"the call is of {quoted(call.name)}, which was not offered"
    elif not _fits(call):
        yield f"the arguments {quoted(call.arguments)} do not fit the tool"
    if reply.finish_reason != "tool_calls":
        yield f"the reply ends with {reply.finish_reason!r}, not with 'tool_calls'"


def _fits(call: ToolCall) -> bool:
    try:
        given = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return False
    return isinstance(given, dict) and isinstance(given.get("city"), str)
