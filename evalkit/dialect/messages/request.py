"""A request of the Messages API: OpenAI's chat form rewritten, and nothing not asked for.

One thing is added, because the API demands it: `max_tokens`, where no param says it.
"""

from evalkit.dialect import faults
from evalkit.dialect.request import given, reshaped
from evalkit.model.chat import ChatRequest
from evalkit.model.data import Json, JsonObject
from evalkit.model.deployment import Deployment

MAX_TOKENS = 4096
NAMES = {
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "stop": "stop_sequences",
}
"""Params of other APIs, and what this one calls them."""

CHOICES = {"auto": "auto", "required": "any", "none": "none"}
"""The words of `tool_choice` in OpenAI's form, and the types they are here."""


def fields(request: ChatRequest, deployment: Deployment) -> JsonObject:
    """Give what is sent beside the messages; raises CallError where something has no form."""
    sent = {"max_tokens": MAX_TOKENS, **given(request, deployment, NAMES)}
    if isinstance(sent.get("stop_sequences"), str):
        sent["stop_sequences"] = [sent["stop_sequences"]]
    if "reasoning_effort" in sent:
        _configure(sent, "effort", sent.pop("reasoning_effort"))
    if "tool_choice" in sent:
        sent["tool_choice"] = _choice(sent["tool_choice"])
    if request.tools:
        sent["tools"] = [_tool(tool) for tool in request.tools]
    if request.response_format is not None:
        _demand(sent, request.response_format)
    if request.stream:
        sent["stream"] = True
    return reshaped(sent, deployment.profile)


def _configure(sent: JsonObject, name: str, value: Json) -> None:
    """Put a value into `output_config`, beside what params hold of it."""
    held = sent.get("output_config", {})
    if not isinstance(held, dict):
        raise faults.fault("config", f"the param 'output_config' must be a mapping with {name!r}")
    sent["output_config"] = {name: value, **held}


def _demand(sent: JsonObject, written: JsonObject) -> None:
    """Demand a response format; this API knows schemas alone, and holds every reply to them.

    https://platform.claude.com/docs/en/build-with-claude/structured-outputs
    """
    if written.get("type") == "text":
        return
    inner = written.get("json_schema")
    schema = inner.get("schema") if isinstance(inner, dict) else None
    if not isinstance(schema, dict):
        message = f"api messages has no response_format {written.get('type')!r}; give a json_schema"
        raise faults.fault("config", message)
    _configure(sent, "format", {"type": "json_schema", "schema": schema})


def _tool(definition: JsonObject) -> JsonObject:
    """Give a tool in this API's form; one that is no function is a tool of its own."""
    function = definition.get("function")
    if not isinstance(function, dict):
        return definition
    tool = {**function, "input_schema": function.get("parameters", {"type": "object"})}
    tool.pop("parameters", None)
    return tool


def _choice(written: Json) -> Json:
    """Give OpenAI's forms of a choice in this API's; any other goes as it is."""
    if isinstance(written, str):
        return {"type": CHOICES[written]} if written in CHOICES else written
    function = written.get("function") if isinstance(written, dict) else None
    return {"type": "tool", "name": function.get("name")} if isinstance(function, dict) else written
