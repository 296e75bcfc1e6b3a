"""The feature `json_schema`: a strict schema binds the reply."""

import json
from collections.abc import Sequence
from typing import Final

from evalkit.model.conformance import Finding
from evalkit.model.data import JsonObject
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, quoted, supported, unshown
from evalkit.probe.questions import chat, said
from evalkit.probe.seen import Seen

KEY: Final = "weekday_code"
CODES: Final = ("d1x", "d2x")
SCHEMA: Final[JsonObject] = {
    "type": "object",
    "properties": {KEY: {"type": "string", "enum": [*CODES]}},
    "required": [KEY],
    "additionalProperties": False,
}
ASKED = Question(
    chat(
        said("user", "Hello! How are you today?"),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "weekday", "strict": True, "schema": SCHEMA},
        },
    )
)


class JsonSchema(Feature):
    """The reply fits a schema of which the messages say nothing."""

    place = 70
    group = "output"
    title = "strict JSON schema"
    reach = "request"
    parameter = "response_format"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        if not reply.text.strip() or reply.result != "ok":
            return unshown(reply)
        if _fits(reply.text):
            return supported()
        return deviates(f"accepted, but the reply {quoted(reply.text)} does not fit the schema")


def _fits(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and list(value) == [KEY] and value[KEY] in CODES
