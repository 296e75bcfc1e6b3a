"""What JSON values are: their types and their equality, where 1 is 1.0 and `true` is not 1."""

from typing import Literal

from evalkit.model.data import Json

JsonType = Literal["object", "array", "string", "number", "integer", "boolean", "null"]

NAMES: dict[type, JsonType] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
}


def type_of(value: Json) -> JsonType:
    """Name the type of a value, the narrowest that it has."""
    name = NAMES.get(type(value), "null")
    whole = isinstance(value, float) and value.is_integer()
    return "integer" if whole else name


def is_a(value: Json, wanted: JsonType) -> bool:
    """Whether a value is of a type; an integer is a number too."""
    found = type_of(value)
    return found == wanted or (wanted == "number" and found == "integer")


def with_article(wanted: JsonType) -> str:
    """Write a type as a thing: `an object`."""
    if wanted == "null":
        return "null"
    return f"{'an' if wanted[0] in 'aio' else 'a'} {wanted}"


def equal(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON, however deep they are."""
    pending: list[tuple[Json, Json]] = [(one, other)]
    while pending:
        left, right = pending.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pending += [(value, right[name]) for name, value in left.items()]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pending += zip(left, right, strict=True)
        elif not _same_scalar(left, right):
            return False
    return True


def _same_scalar(left: Json, right: Json) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)
