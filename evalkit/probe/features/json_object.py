"""The feature `json_object`: JSON mode makes a reply one JSON object."""

import json
from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, quoted, supported, unshown
from evalkit.probe.questions import chat, said
from evalkit.probe.seen import Seen

ASKED = Question(
    chat(
        said("user", "Greet the city of Oslo, in JSON with the key greeting."),
        response_format={"type": "json_object"},
    )
)


class JsonObjects(Feature):
    """The whole text is a JSON object, without a fence or prose around it."""

    place = 60
    group = "output"
    title = "JSON mode"
    reach = "request"
    parameter = "response_format"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        text = reply.text.strip()
        if not text or reply.result != "ok":
            return unshown(reply)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            where = "in a fence" if text.startswith("```") else "no JSON"
            return deviates(f"accepted, but the reply {quoted(text)} is {where}")
        if isinstance(value, dict):
            return supported()
        return deviates(f"accepted, but the reply {quoted(text)} is no object")
