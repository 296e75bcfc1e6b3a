"""The filters of JSONPath: comparisons, existence and the functions of RFC 9535."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from evalkit.model.data import Json
from evalkit.reading.bounded import Unmatchable
from evalkit.reading.json_nodes import Node, Search, Test
from evalkit.reading.json_value import equal
from evalkit.reading.schema_document import size

WALKED = 8
"""The values, or hundreds of characters, that are compared in one step."""

DOT = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\.", re.DOTALL)
ANYTHING = r"[^\n\r]"
"""What a dot means in I-Regexp (RFC 9485)."""


class Nothing:
    """What a query or function gives where there is no value."""


NOTHING: Final = Nothing()

Value: TypeAlias = Callable[[Json, Search], Json | Nothing]
"""What something is for the current value."""

Nodes: TypeAlias = Callable[[Json, Search], list[Node]]


def both(left: Test, right: Test, current: Json, search: Search) -> bool:
    return left(current, search) and right(current, search)


def either(left: Test, right: Test, current: Json, search: Search) -> bool:
    return left(current, search) or right(current, search)


def negated(inner: Test, current: Json, search: Search) -> bool:
    return not inner(current, search)


def exists(nodes: Nodes, current: Json, search: Search) -> bool:
    return bool(nodes(current, search))


def literal(value: Json, _: Json, __: Search) -> Json:
    return value


def single(nodes: Nodes, current: Json, search: Search) -> Json | Nothing:
    found = nodes(current, search)
    return found[0].value if len(found) == 1 else NOTHING


def count(nodes: Nodes, current: Json, search: Search) -> Json:
    return len(nodes(current, search))


def length(value: Value, current: Json, search: Search) -> Json | Nothing:
    found = value(current, search)
    return len(found) if isinstance(found, str | list | dict) else NOTHING


def compare(
    comparison: Callable[[Json | Nothing, Json | Nothing], bool],
    left: Value,
    right: Value,
    current: Json,
    search: Search,
) -> bool:
    one, other = left(current, search), right(current, search)
    search.steps.take(1 + min(_weight(one), _weight(other)) // WALKED)
    return comparison(one, other)


def _weight(value: Json | Nothing) -> int:
    """Tell how long a comparison takes."""
    if isinstance(value, str):
        return len(value) // 100
    return size(value) if isinstance(value, list | dict) else 0


def _equal(left: Json | Nothing, right: Json | Nothing) -> bool:
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return left is right
    return equal(left, right)


def _less(left: Json | Nothing, right: Json | Nothing) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    return isinstance(left, int | float) and isinstance(right, int | float) and left < right


COMPARISONS: dict[str, Callable[[Json | Nothing, Json | Nothing], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _less,
    "<=": lambda left, right: _less(left, right) or _equal(left, right),
    ">": lambda left, right: _less(right, left),
    ">=": lambda left, right: _less(right, left) or _equal(left, right),
}


def matches(
    text: Value,
    pattern: Value,
    whole: bool,  # noqa: FBT001 - bound by position
    current: Json,
    search: Search,
) -> bool:
    found, wanted = text(current, search), pattern(current, search)
    if not isinstance(found, str) or not isinstance(wanted, str):
        return False
    search.steps.take(1 + len(wanted) // 100)
    try:
        return search.budget.search(as_python(wanted, whole=whole), found) is not None
    except (ValueError, Unmatchable):  # a pattern of the reply's own, which is none
        return False


def as_python(pattern: str, *, whole: bool) -> str:
    own = DOT.sub(lambda part: part[1] or ANYTHING, pattern)
    return rf"\A(?:{own})\Z" if whole else own
