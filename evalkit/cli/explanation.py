"""What `evalkit explain` tells of a check: all of it read from its class."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import getdoc
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import JsonValue
from pydantic.fields import FieldInfo

from evalkit.loader.fields import members, takes_checks, takes_mapping
from evalkit.model.check import COMMON, Check
from evalkit.model.data import FromFile, FromPython
from evalkit.model.limit import DurationLimit, Limit, seconds

EXAMPLE: Final = re.compile(r"^- ", re.MULTILINE)
WORDS: Final[Mapping[object, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    NoneType: "",
    JsonValue: "any JSON value",
    Any: "any JSON value",
    Limit: "limit, {min, max} or a maximum",
    DurationLimit: "limit of durations, {min, max} or a maximum",
    Check: "check",
    dict: "mapping",
}


@dataclass(frozen=True)
class Field:
    """A key of a check: what may stand there, and what holds where it is left out."""

    name: str
    type: str
    default: str


@dataclass(frozen=True)
class Explanation:
    """A check as an author sees it."""

    name: str
    summary: str
    more: str
    scopes: tuple[str, ...]
    short: str
    fields: tuple[Field, ...]
    examples: tuple[str, ...]
    common: tuple[str, ...] = COMMON

    def __str__(self) -> str:
        width = max((len(one.name) for one in self.fields), default=0)
        kinds = max((len(one.type) for one in self.fields), default=0)
        rows = (
            f"  {one.name:<{width}}  {one.type:<{kinds}}  {one.default}".rstrip()
            for one in self.fields
        )
        parts = (
            f"{self.name}: {self.summary}",
            self.more,
            f"expected of: {', '.join(self.scopes)}\nshort form: {self.short}",
            "\n".join(("fields:", *rows, f"  and {', '.join(self.common)}, as in every check")),
            "\n".join(("examples:", *(_indented(one) for one in self.examples))),
        )
        return "\n\n".join(filter(None, parts))


def explain(name: str, check: type[Check]) -> Explanation:
    """Read what there is to know from a check's class."""
    prose, *examples = EXAMPLE.split(getdoc(check) or "")
    summary, _, more = prose.strip().partition("\n\n")
    keys = check.own_fields()
    by_key = {info.alias or one: info for one, info in check.model_fields.items()}
    return Explanation(
        name=name,
        summary=" ".join(summary.split()),
        more=more.strip(),
        scopes=tuple(f"a {scope}" for scope in ("turn", "conversation") if scope in check.scopes),
        short=_short(name, check, by_key),
        fields=tuple(Field(key, _type(by_key[key]), _default(by_key[key])) for key in keys),
        examples=tuple(f"- {one.strip()}" for one in examples),
    )


def _short(name: str, check: type[Check], by_key: Mapping[str, FieldInfo]) -> str:
    keys = check.own_fields()
    if not keys:
        return f"{name}: true"
    first = keys[0]
    if takes_mapping(check):
        return f"{name}: {first.upper()}, always; other fields stand beside it"
    if takes_checks(check):
        return f"{name}: [{{…}}, {{…}}], the checks"
    return f"{name}: {first.upper()}, {_type(by_key[first])}"


def _type(info: FieldInfo) -> str:
    """Say in words what may stand in a field."""
    for marker in info.metadata:
        if isinstance(marker, FromPython):
            return "module:name or file.py:name"
        if isinstance(marker, FromFile):
            what = "JSON Schema" if marker.holds == "schema" else marker.holds.upper()
            return f"{what}, or the path of a file of it"
        if getattr(marker, "func", None) is seconds:
            return "duration, such as 800ms or 2s"
    kinds = dict.fromkeys(map(_word, members(info.annotation)))
    return " or ".join(kind for kind in kinds if kind)


def _word(annotation: Any) -> str:  # noqa: ANN401 - any annotation
    if get_origin(annotation) is Literal:
        return " | ".join(map(str, get_args(annotation)))
    if get_origin(annotation) is tuple:
        inner = " or ".join(dict.fromkeys(map(_word, members(get_args(annotation)[0]))))
        return f"list of {inner}s" if " " not in inner and inner != "text" else f"list of {inner}"
    origin = get_origin(annotation) or annotation
    known = WORDS.get(annotation) or WORDS.get(origin)
    return "" if annotation is NoneType else known or "mapping"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    default = info.default
    if default is None or default in ((), {}):
        return ""
    if isinstance(default, bool):
        return f"default {str(default).lower()}"
    return f"default {default:g}" if isinstance(default, float) else f"default {default}"


def _indented(example: str) -> str:
    return "\n".join(f"  {line}" for line in example.splitlines())
