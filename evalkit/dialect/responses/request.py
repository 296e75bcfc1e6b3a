"""A request of the Responses API: OpenAI's chat form rewritten, and nothing not asked for.

So `store` is not sent, and the API keeps its default for it; neither is `strict` where a tool does
not say it. `params: {store: false}` sends it.
"""

from evalkit.dialect import faults
from evalkit.dialect.request import given, reshaped
from evalkit.model.chat import ChatRequest
from evalkit.model.data import Json, JsonObject
from evalkit.model.deployment import Deployment

NAMES = {"max_completion_tokens": "max_output_tokens", "max_tokens": "max_output_tokens"}
"""Params of chat completions, and what this API calls them."""


def fields(request: ChatRequest, deployment: Deployment) -> JsonObject:
    """Give what is sent beside the input; raises CallError where a param cannot be merged."""
    sent = given(request, deployment, NAMES)
    if "input" in sent:
        raise faults.fault(
            "config", "params cannot hold 'input': it is the turns of a conversation"
        )
    if "reasoning_effort" in sent:
        _merge(sent, "reasoning", "effort", sent.pop("reasoning_effort"))
    if "tool_choice" in sent:
        sent["tool_choice"] = _choice(sent["tool_choice"])
    if request.tools:
        sent["tools"] = [_flat(tool) for tool in request.tools]
    if request.response_format is not None:
        _merge(sent, "text", "format", _format(request.response_format))
    if request.stream:
        sent["stream"] = True
    return reshaped(sent, deployment.profile)


def _merge(sent: JsonObject, group: str, name: str, value: Json) -> None:
    """Put a value into a group of fields, beside what params hold of it."""
    held = sent.get(group, {})
    if not isinstance(held, dict):
        raise faults.fault("config", f"the param {group!r} must be a mapping, it takes {name!r}")
    sent[group] = {name: value, **held}


def _flat(definition: JsonObject) -> JsonObject:
    """Give a tool without the level `function`; what is none is a tool of the API's own."""
    function = definition.get("function")
    return {"type": "function", **function} if isinstance(function, dict) else definition


def _choice(written: Json) -> Json:
    return _flat(written) if isinstance(written, dict) else written


def _format(written: JsonObject) -> JsonObject:
    """Give a response format without the level `json_schema`."""
    schema = written.get("json_schema")
    return {"type": "json_schema", **schema} if isinstance(schema, dict) else written
