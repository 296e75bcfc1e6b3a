"""The JSON Schema by which editors complete and check suites, made of the models themselves."""

import json
import re
from collections.abc import Iterable, Mapping
from inspect import getdoc
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import (
    CallableSchema,
    DataclassSchema,
    IsInstanceSchema,
    ModelSchema,
    StringSchema,
)

from evalkit import apis, checks
from evalkit.loader.deployments import FLAGS
from evalkit.loader.fields import (
    DEFAULTS_KEYS,
    KINDS,
    SUITE_KEYS,
    keys_of,
    keys_of_first,
    marked,
    takes_mapping,
)
from evalkit.loader.messages import DETAILS, SOUNDS
from evalkit.model.check import Check, Expectation
from evalkit.model.data import FromFile, JsonObject
from evalkit.model.deployment import Deployment
from evalkit.model.limit import Limit
from evalkit.model.suite import Conversation, IsContent, IsResponseFormat, Turn

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
SCALAR: Final[JsonSchemaValue] = {"type": ["string", "number", "boolean"]}
FILE: Final[JsonSchemaValue] = {
    "type": "object",
    "description": "A text from a file beside this one.",
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}
TEXT: Final[JsonSchemaValue] = {"anyOf": [SCALAR, FILE]}
REASON: Final[JsonSchemaValue] = {"type": ["string", "boolean"]}
FORMAT: Final[JsonSchemaValue] = {"anyOf": [{"const": "json_object"}, {"type": "object"}]}
FILLED: Final[JsonSchemaValue] = {"type": "string", "pattern": r"\$\{"}
REFERENCE: Final = re.compile(r'"#/\$defs/(\w+)"')
NESTED: Final[JsonSchemaValue] = {"$comment": "an expectation"}
"""Stands for a reference that pydantic does not know, until the schema is whole."""

COMMON: Final = tuple(Check.model_fields)
LOOSE: Final = ConfigDict(arbitrary_types_allowed=True)


def ref(name: str) -> JsonSchemaValue:
    return {"$ref": f"#/$defs/{name}"}


class Written(GenerateJsonSchema):
    """Describes what an author may write, not what a model holds."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic's
        """Leave out titles: they would only repeat the keys."""
        return False

    def str_schema(self, schema: StringSchema) -> JsonSchemaValue:
        """Take any unquoted scalar for text, and what a file holds."""
        return super().str_schema(schema) if schema.get("pattern") else dict(TEXT)

    def callable_schema(self, schema: CallableSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's
        return {"type": "string"}

    def is_instance_schema(self, schema: IsInstanceSchema) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's
        return {"type": "string"}

    def dataclass_schema(self, schema: DataclassSchema) -> JsonSchemaValue:
        if schema["cls"] is Expectation:
            return dict(NESTED)
        return super().dataclass_schema(schema)

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """Let a check inside a check be any expectation, and a limit its bare maximum."""
        model = schema["cls"]
        if model is Check:
            return dict(NESTED)
        written = super().model_schema(schema)
        if issubclass(model, Limit):
            return {"anyOf": [written["properties"]["max"], written]}
        return written


class Definitions:
    """The schema's `$defs`, filled while its parts are described."""

    def __init__(self) -> None:
        self.named: dict[str, JsonSchemaValue] = {}

    def field(self, info: FieldInfo) -> JsonSchemaValue:
        """Describe what may stand under one key."""
        holder = create_model("Holder", __config__=LOOSE, held=(info.annotation or object, info))
        whole = holder.model_json_schema(
            by_alias=False, schema_generator=Written, ref_template="#/$defs/{model}"
        )
        self.named |= whole.get("$defs", {})
        written: JsonSchemaValue = next(iter(whole["properties"].values()))
        holds = [marker.holds for marker in info.metadata if isinstance(marker, FromFile)]
        if "yaml" in holds:
            written = {"type": "object"}
        if holds:
            return {"anyOf": [{"type": "string", "description": "A path."}, written]}
        return _described(info, written)

    def fields(self, model: type[BaseModel]) -> dict[str, JsonSchemaValue]:
        """Describe the keys of a model, by the names that authors write."""
        named = {info.alias or name: info for name, info in model.model_fields.items()}
        special = {key: ref("content") for key, _ in marked(model, IsContent)}
        special |= {key: FORMAT for key, _ in marked(model, IsResponseFormat)}
        return {key: special.get(key) or self.field(named[key]) for key in keys_of(model)}

    def table(
        self, model: type[BaseModel], properties: Mapping[str, JsonSchemaValue]
    ) -> JsonSchemaValue:
        """Describe a mapping of these keys and no others."""
        infos = model.model_fields.items()
        required = [info.alias or name for name, info in infos if info.is_required()]
        return {
            "type": "object",
            "description": _sentence(model),
            "properties": dict(properties),
            "required": [key for key in required if key in properties],
            "additionalProperties": False,
        }


def editor_schema() -> JsonObject:
    """Give the JSON Schema, draft 2020-12, of a suite and of a `deployments.yaml`."""
    definitions = Definitions()
    turn = definitions.table(Turn, definitions.fields(Turn))
    reasons = {"skip": REASON, "xfail": REASON}
    conversation = definitions.fields(Conversation) | reasons
    definitions.named |= {
        "content": _content(),
        "expectation": _expectation(definitions),
        "turn": turn,
        "deployment": _deployment(definitions),
    }
    conversation["turns"] = {"type": "array", "minItems": 1, "items": ref("turn")}
    definitions.named["conversation"] = definitions.table(Conversation, conversation)
    defaults = {key: conversation[key] for key in DEFAULTS_KEYS}
    parts: dict[str, JsonSchemaValue] = {
        "description": TEXT,
        "tags": {"type": "array", "items": SCALAR},
        "template": {"type": "boolean"},
        "deployments": {"type": "object", "additionalProperties": ref("deployment")},
        "defaults": {"type": "object", "properties": defaults, "additionalProperties": False},
        "conversations": {"type": "array", "minItems": 1, "items": ref("conversation")},
    }
    suite: JsonSchemaValue = {
        "$schema": DRAFT,
        "title": "A suite of evalkit",
        "type": "object",
        "properties": {key: parts[key] for key in SUITE_KEYS},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    linked = {name: _linked(part) for name, part in definitions.named.items()}
    return {**suite, "$defs": _used(suite, linked)}


def _used(suite: JsonSchemaValue, named: Mapping[str, JsonSchemaValue]) -> JsonSchemaValue:
    """Give the definitions that a suite refers to, itself or through others."""
    kept: set[str] = set()
    waiting = [suite]
    while waiting:
        found = set(REFERENCE.findall(json.dumps(waiting.pop()))) - kept
        kept |= found
        waiting += [named[name] for name in found]
    return {name: part for name, part in named.items() if name in kept}


def _linked(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Put references to the expectation where they belong."""
    if part == NESTED:
        return ref("expectation")
    if isinstance(part, dict):
        return {key: _linked(value) for key, value in part.items()}
    return [_linked(value) for value in part] if isinstance(part, list) else part


def _deployment(definitions: Definitions) -> JsonSchemaValue:
    """Describe a deployment, with what each api adds to it; variables may stand for values."""
    inner = Definitions()
    properties = inner.fields(Deployment)
    for name in apis.registry.usable:
        properties |= inner.fields(apis.registry.get(name).Options)
    flags = {key: properties[key] for key in FLAGS}
    properties = _fillable(properties) | flags
    properties["headers"] = {"type": "object", "additionalProperties": SCALAR}
    properties["proxy"] = {"type": "string"}
    properties["api"] = {"enum": list(apis.registry.usable)}
    definitions.named |= {name: _fillable(part) for name, part in inner.named.items()}
    return {**definitions.table(Deployment, properties), "required": []}


def _fillable(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Let a variable stand for a number or a flag, and no file for a text."""
    if isinstance(part, list):
        return [_fillable(each) for each in part if each != FILE]
    if not isinstance(part, dict):
        return part
    if part.get("type") in ("boolean", "integer", "number"):
        return {"anyOf": [part, FILLED]}
    return {key: _fillable(each) for key, each in part.items()}


def _expectation(definitions: Definitions) -> JsonSchemaValue:
    """Describe an expectation: one table of all checks, then what each allows beside it."""
    properties: dict[str, JsonSchemaValue] = {}
    rules: list[JsonSchemaValue] = []
    for name in checks.registry.usable:
        check = checks.registry.get(name)
        fields = definitions.fields(check)
        properties[name] = {"description": _sentence(check), **_value(check, fields)}
        beside = {key: schema for key, schema in fields.items() if key != name}
        allowed = list(dict.fromkeys([name, *fields, *COMMON]))
        rules.append(
            {
                "if": {"required": [name]},
                "then": {"properties": beside, "propertyNames": {"enum": allowed}},
            }
        )
    return {
        "type": "object",
        "description": "A check and its value; its other fields may stand beside it.",
        "properties": properties,
        "anyOf": [{"required": [name]} for name in properties],
        "allOf": rules,
    }


def _value(check: type[Check], fields: Mapping[str, JsonSchemaValue]) -> JsonSchemaValue:
    """Describe what stands behind the name of a check: its first field, or all of them."""
    own = check.own_fields()
    whole: JsonSchemaValue = {
        "type": "object",
        "properties": dict(fields),
        "additionalProperties": False,
    }
    if any(info.is_required() for info in check.model_fields.values()):
        whole["minProperties"] = 1
    if not own:
        return {"anyOf": [{"const": True}, whole]}
    if takes_mapping(check):
        return dict(fields[own[0]])
    short = [fields[own[0]]] if own else []
    inner = keys_of_first(check)
    return {"anyOf": [*short, whole]} if short or inner else whole


def _content() -> JsonSchemaValue:
    """Describe a message: a text, or a list of parts."""
    extras: dict[str, JsonSchemaValue] = {
        "detail": {"enum": [*DETAILS]},
        "format": {"enum": [*SOUNDS]},
    }
    parts = [_part(kind, keys, extras) for kind, keys in KINDS.items()]
    part = {"type": "object", "anyOf": parts}
    return {"anyOf": [SCALAR, FILE, {"type": "array", "minItems": 1, "items": part}]}


def _part(kind: str, keys: Iterable[str], extras: Mapping[str, JsonSchemaValue]) -> JsonSchemaValue:
    value = TEXT if kind == "text" else {"type": "string"}
    properties = {key: extras.get(key, value) for key in keys}
    return {"properties": properties, "required": [kind], "additionalProperties": False}


def _sentence(model: type[BaseModel]) -> str:
    """Give the first paragraph of a docstring on one line."""
    return " ".join((getdoc(model) or "").partition("\n\n")[0].split())


def _described(info: FieldInfo, written: JsonSchemaValue) -> JsonSchemaValue:
    plain = (
        info.is_required() or info.default in (None, (), {}) or isinstance(info.default, BaseModel)
    )
    return written if plain else {**written, "default": info.default}
