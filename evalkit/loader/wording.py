"""What a validator found, said to an author: one message for each kind of error."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from evalkit.errors import did_you_mean
from evalkit.loader.nodes import Items, Node, Scalar
from evalkit.loader.tree import Path
from evalkit.model.data import Json

LONGEST: Final = 60

EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
    "none_required": "null",
    "expectation_type": "an expectation such as {contains: text}",
    "callable_type": "the place of a callable, such as module:name",
}
"""What a value of the wrong type should have been, by the validator's word for the error."""

BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}

Error = Mapping[str, Any]
"""One of a ValidationError's `errors()`."""


def expected(error: Error) -> str | None:
    """Say what should have stood there, None where the error is of another kind."""
    if error["type"] in ("literal_error", "enum"):
        return str(error["ctx"]["expected"])
    return EXPECTED.get(error["type"])


def explain(error: Error, path: Path, node: Node) -> str:
    """Say what is wrong with the value `node` at `path`."""
    wanted = expected(error)
    if wanted is not None:
        return mismatch(path, [wanted], node)
    return _bounded(error, path, node) or f"{called(path)}: {_lower(error['msg'])}"


def _bounded(error: Error, path: Path, node: Node) -> str | None:
    """Say which bound of its kind the value is outside of, None where it is none of these."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in BOUNDS:
        word, name = BOUNDS[kind]
        return f"{called(path)} must be {word} {context[name]:g}, not {found(node)}"
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind in ("too_short", "string_too_short", "too_long", "string_too_long"):
        return _length(path, context)
    if kind == "string_pattern_mismatch":
        return f"{called(path)} {found(node)} does not match {context['pattern']}"
    if kind == "finite_number":
        return f"{called(path)} must be a finite number, not {found(node)}"
    return None


def mismatch(path: Path, wanted: Iterable[str], node: Node) -> str:
    """Say which kinds of values are allowed, and what stands there instead."""
    alternatives = list(dict.fromkeys(wanted))
    return f"{called(path)} must be {either(alternatives)}, not {found(node)}"


def nearest(error: Error, node: Node) -> tuple[str, ...]:
    """Give the hints on a value that is none of the allowed words, or no list."""
    if error["type"] == "literal_error" and isinstance(node, Scalar):
        words = [word.strip("'") for word in str(error["ctx"]["expected"]).split(" or ")]
        known = [part.strip("' ") for word in words for part in word.split(",")]
        return did_you_mean(node.source, known)
    if expected(error) == "a list" and isinstance(node, Scalar):
        return ("write []",) if node.value is None else (f"write [{node.source}]",)
    if expected(error) == "text" and isinstance(node, Items) and node.span.width > 1:
        return ("put quotes around text that starts with '['",)
    return ()


def called(path: Path) -> str:
    """Name what stands at `path` after the nearest key."""
    key = next((step for step in reversed(path) if isinstance(step, str)), None)
    if not path or key is None:
        return "the value"
    last = path[-1]
    return f"item {last + 1} of {key!r}" if isinstance(last, int) else repr(key)


def found(node: Node) -> str:
    """Describe a value: texts in quotes, numbers bare."""
    if isinstance(node, Items):
        return "a list"
    return show(node.value) if isinstance(node, Scalar) else "a mapping"


def show(value: Json) -> str:
    words = {True: "true", False: "false", None: "null"}
    if isinstance(value, bool) or value is None:
        return words[value]
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def either(words: list[str]) -> str:
    """Join alternatives: `a, b or c`."""
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _length(path: Path, bound: Mapping[str, Any]) -> str:
    if "max_length" in bound:
        return f"{called(path)} is too long: at most {bound['max_length']}"
    if bound["min_length"] == 1:
        return f"{called(path)} must not be empty"
    return f"{called(path)} needs at least {bound['min_length']}"


def _lower(message: str) -> str:
    text = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return text[:1].lower() + text[1:]
