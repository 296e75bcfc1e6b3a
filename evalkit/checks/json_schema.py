"""The check `json_schema`."""

import json
from functools import cached_property, partial
from typing import Annotated, Self

from pydantic import Field, model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import FromFile, Json, JsonObject
from evalkit.reading.json_reply import SHOWN, judge_json
from evalkit.reading.schema import Schema, schema_of
from evalkit.reading.violation import show


class JsonSchema(Check):
    """The reply is JSON that fits a JSON Schema; `true` is the schema sent as response_format.

    `format` is only a remark unless `formats: true`.

    - json_schema: {type: object, required: [dish]}
      # passes: '{"dish": "bun"}'; fails: '{"food": "bun"}'
    - json_schema: {format: date}
      formats: true
      # passes: '"2026-11-24"'; fails: '"tomorrow"'
    """

    document: Annotated[JsonObject | bool, FromFile("schema"), Field(alias="schema")]
    formats: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.document is False:
            raise ValueError("this cannot pass: write a schema, or `true` for the one that is sent")
        _ = self.own
        return self

    @cached_property
    def own(self) -> Schema | None:
        """The schema that is written here; None where it is the one that is sent."""
        return self._compiled(self.document) if isinstance(self.document, dict) else None

    @property
    def needs_schema(self) -> bool:
        return self.own is None

    def evaluate(self, view: View) -> Verdict:
        schema = self.own or self._sent(view)
        return judge_json(view, partial(_judge, schema))

    def _sent(self, view: View) -> Schema:
        sent = _json_schema(view.exchanges[-1].response_format)
        if sent is None:
            raise CheckError("no_schema", "no schema was sent as response_format")
        try:
            return self._compiled(sent)
        except ValueError as error:
            raise CheckError(
                "no_schema", f"the schema that was sent is invalid: {error}"
            ) from error

    def _compiled(self, document: JsonObject) -> Schema:
        return schema_of(json.dumps(document), formats=self.formats)


def _judge(schema: Schema, value: Json) -> Verdict:
    violations = schema.violations(value)
    fits = Evidence(message="fits the schema", excerpt=show(value, SHOWN))
    return Verdict.when(
        not violations.total,
        yes="reply fits the schema",
        no=f"reply does not fit the schema: {violations}",
        evidence=violations.evidence or (fits,),
    )


def _json_schema(response_format: JsonObject | None) -> JsonObject | None:
    """Give the schema of OpenAI's `{type: json_schema, json_schema: {schema: …}}`."""
    inner = (response_format or {}).get("json_schema")
    schema = inner.get("schema") if isinstance(inner, dict) else None
    return schema if isinstance(schema, dict) else None
