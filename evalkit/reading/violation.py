"""What is wrong with a value, as a person would say it: where, what is expected, what is there."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evalkit.model.check import Evidence
from evalkit.reading.excerpt import shorten, writable
from evalkit.reading.schema_document import pointer

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

BRANCHES = ("anyOf", "oneOf")
WRITER = json.JSONEncoder(ensure_ascii=False, default=str)
LISTED = 4
"""The most complaints of branches that are told."""


def describe(error: "ValidationError") -> Evidence:
    """Tell an error; where no branch fits, an error of the branch that comes nearest."""
    nearest = _nearest(error)
    message = f"{_complaint(nearest)}, got {show(nearest.instance)}"
    if nearest is not error and len(_branches(error)) > 1:
        message += f" (the nearest of {len(_branches(error))} branches)"
    path = tuple(nearest.absolute_path)
    return Evidence(
        pointer=writable(pointer(path)), message=message, excerpt=show(nearest.instance, 200)
    )


def _nearest(error: "ValidationError") -> "ValidationError":
    """Descend into the branch with the fewest errors, as long as one alone has them."""
    while error.context:
        branches: dict[object, list[ValidationError]] = {}
        for found in error.context:
            branches.setdefault(_branch(found), []).append(found)
        first, *others = sorted(branches.values(), key=_distance)
        if others and _distance(first) == _distance(others[0]):
            return error
        error = first[0]
    return error


def _branch(error: "ValidationError") -> object:
    """Tell the branch of an error; the library gives no path where that is `false`."""
    return error.relative_schema_path[0] if error.relative_schema_path else error


def _distance(errors: "list[ValidationError]") -> tuple[int, int, int, int]:
    """Tell how far a branch is: by the gravity of its errors, then by their number."""
    nothing = [error for error in errors if not error.relative_path and error.schema is False]
    kinds = [error for error in errors if not error.relative_path and error.validator == "type"]
    fixed = [error for error in errors if error.validator in ("const", "enum")]
    return len(nothing), len(kinds), len(fixed), len(errors)


def show(value: Any, width: int = 60) -> str:  # noqa: ANN401 - any JSON value
    """Write a value as JSON, cut to a width."""
    text = ""
    for piece in WRITER.iterencode(value):
        text += piece
        if len(text) > width:
            break
    return writable(shorten(text, width))


def _complaint(error: "ValidationError") -> str:
    keyword, wanted = error.validator, error.validator_value
    if keyword is None:
        return "expected nothing here"
    if error.context:
        return _no_branch(error)
    if keyword in BRANCHES:
        return f"expected to fit exactly one of {len(_branches(error))} branches, not several"
    if keyword in EXPECTED:
        return f"expected {EXPECTED[keyword](wanted)}"
    if keyword in TOLD_WELL:
        return shorten(error.message[0].lower() + error.message[1:], 200)
    return f"expected what fits {keyword}: {show(wanted)}"


def _branches(error: "ValidationError") -> Any:  # noqa: ANN401 - a list of schemas
    return error.validator_value


def _no_branch(error: "ValidationError") -> str:
    """Tell what branches that are equally near complain of."""
    complaints = tuple(dict.fromkeys(map(_placed, error.context or ())))
    more = (f"{len(complaints) - LISTED} more",) if len(complaints) > LISTED else ()
    told = (*complaints[:LISTED], *more)
    if all(complaint.startswith("expected ") for complaint in complaints):
        return f"expected {' or '.join(complaint.removeprefix('expected ') for complaint in told)}"
    return f"expected to fit one of {len(_branches(error))} branches: {'; '.join(told)}"


def _placed(error: "ValidationError") -> str:
    place = pointer(tuple(error.relative_path))
    return f"{place}: {_complaint(error)}" if place else _complaint(error)


def _types(wanted: Any) -> str:  # noqa: ANN401 - a word or a list of words
    return wanted if isinstance(wanted, str) else " or ".join(map(str, wanted))


TOLD_WELL = frozenset(
    {
        "additionalItems",
        "additionalProperties",
        "dependencies",
        "dependentRequired",
        "items",
        "required",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
"""Keywords whose own message names what is wrong and does not repeat the value."""

EXPECTED: dict[str, Callable[[Any], str]] = {
    "const": show,
    "contains": lambda wanted: f"an item that fits {show(wanted)}",
    "enum": lambda wanted: f"one of {show(wanted, 120)}",
    "exclusiveMaximum": lambda wanted: f"less than {wanted}",
    "exclusiveMinimum": lambda wanted: f"more than {wanted}",
    "format": lambda wanted: f"the format {wanted}",
    "maxContains": lambda wanted: f"at most {wanted} items that fit `contains`",
    "maxItems": lambda wanted: f"at most {wanted} items",
    "maxLength": lambda wanted: f"at most {wanted} characters",
    "maxProperties": lambda wanted: f"at most {wanted} keys",
    "maximum": lambda wanted: f"at most {wanted}",
    "minContains": lambda wanted: f"at least {wanted} items that fit `contains`",
    "minItems": lambda wanted: f"at least {wanted} items",
    "minLength": lambda wanted: f"at least {wanted} characters",
    "minProperties": lambda wanted: f"at least {wanted} keys",
    "minimum": lambda wanted: f"at least {wanted}",
    "multipleOf": lambda wanted: f"a multiple of {wanted}",
    "not": lambda wanted: f"anything but {show(wanted)}",
    "pattern": lambda wanted: f"a text that matches '{wanted}'",
    "propertyNames": lambda wanted: f"a key that fits {show(wanted)}",
    "type": _types,
    "uniqueItems": lambda _: "no item twice",
}
