"""The syntax of JSONPath, as the library reads it, turned into our own walk."""

from functools import partial
from typing import TYPE_CHECKING

from evalkit.reading import json_filters as filters
from evalkit.reading import json_nodes as nodes
from evalkit.reading.bounded import compiled
from evalkit.reading.json_filters import Nodes, Value
from evalkit.reading.json_nodes import Segment, Selector, Test

if TYPE_CHECKING:
    from jsonpath import JSONPath
    from jsonpath.filter import BaseExpression, FunctionExtension
    from jsonpath.selectors import JSONPathSelector


def segments(path: "JSONPath") -> tuple[Segment, ...]:
    """Build the segments of a path that the library has read; raises ValueError."""
    from jsonpath.segments import JSONPathRecursiveDescentSegment

    return tuple(
        Segment(
            tuple(map(_selector, segment.selectors)),
            descends=isinstance(segment, JSONPathRecursiveDescentSegment),
        )
        for segment in path.segments
    )


def _selector(read: "JSONPathSelector") -> Selector:
    from jsonpath import selectors as known

    match read:
        case known.NameSelector():
            return partial(nodes.member, read.name)
        case known.IndexSelector():
            return partial(nodes.element, read.index)
        case known.SliceSelector():
            return partial(nodes.section, read.slice)
        case known.WildcardSelector():
            return nodes.children
        case known.Filter():
            return partial(nodes.chosen, _test_of(read.expression.expression))
    raise ValueError(f"{read} is no selector of RFC 9535")


def _test_of(read: "BaseExpression") -> Test:
    """Build the test that a filter makes; raises ValueError for what is none."""
    from jsonpath import filter as known

    match read:
        case known.InfixExpression(operator="&&"):
            return partial(filters.both, _test_of(read.left), _test_of(read.right))
        case known.InfixExpression(operator="||"):
            return partial(filters.either, _test_of(read.left), _test_of(read.right))
        case known.InfixExpression():
            comparison = filters.COMPARISONS[read.operator]
            sides = _value_of(read.left), _value_of(read.right)
            return partial(filters.compare, comparison, *sides)
        case known.PrefixExpression(operator="!"):
            return partial(filters.negated, _test_of(read.right))
        case known.FilterQuery():
            return partial(filters.exists, _nodes_of(read))
        case known.FunctionExtension(name="match" | "search"):
            return _pattern_test(read)
    raise ValueError(f"'{read}' is no test of RFC 9535")


def _value_of(read: "BaseExpression") -> Value:
    from jsonpath import filter as known

    match read:
        case known.Nil():
            return partial(filters.literal, None)
        case known.FilterExpressionLiteral():
            return partial(filters.literal, read.value)
        case known.FilterQuery():
            return partial(filters.single, _nodes_of(read))
        case known.FunctionExtension(name="length"):
            return partial(filters.length, _value_of(read.args[0]))
        case known.FunctionExtension(name="count"):
            return partial(filters.count, _nodes_of(read.args[0]))
        case known.FunctionExtension(name="value"):
            return partial(filters.single, _nodes_of(read.args[0]))
    raise ValueError(f"'{read}' is no value of RFC 9535")


def _nodes_of(read: "BaseExpression") -> Nodes:
    from jsonpath import filter as known

    match read:
        case known.RelativeFilterQuery():
            steps = segments(read.path)
            return lambda current, search: search.run(current, steps)
        case known.RootFilterQuery():
            steps = segments(read.path)
            return lambda _, search: search.run(search.root, steps)
    raise ValueError(f"'{read}' is no query of RFC 9535")


def _pattern_test(read: "FunctionExtension") -> Test:
    """Build `match()` or `search()`; a pattern that is written out must be one."""
    from jsonpath.filter import StringLiteral

    text, pattern = read.args
    if isinstance(pattern, StringLiteral):
        compiled(filters.as_python(pattern.value, whole=False))
    return partial(filters.matches, _value_of(text), _value_of(pattern), read.name == "match")
