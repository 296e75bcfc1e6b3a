"""What a template may consist of; everything else is refused before it is compiled."""

from collections.abc import Collection, Iterator
from typing import Final

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from evalkit.errors import TemplateError, did_you_mean

AS_TEXT: Final = "'template: false' sends braces as they are"
EACH: Final = " each"
"""The filter that counts the turns of a loop: no author can write its name."""

TAGS: Final = frozenset(("if", "elif", "else", "endif", "for", "endfor"))
GUARDS: Final = frozenset(("default", "d", "defined", "undefined"))


def refuse_tags(environment: Environment, text: str) -> None:
    """Refuse comments and every tag but those of `if` and `for`; raises TemplateError."""
    opened = False
    for line, kind, written in environment.lex(text):
        if kind == "comment_begin":
            raise TemplateError("templates know no '{# … #}'", line, AS_TEXT)
        if kind == "raw_begin":
            raise TemplateError("templates know no '{% raw %}'", line, AS_TEXT)
        if opened and kind == "name":
            opened = False
            if written not in TAGS:
                raise TemplateError(f"templates know no '{{% {written} %}}'", line, AS_TEXT)
        opened = opened or kind == "block_begin"


def refuse_nodes(environment: Environment, tree: nodes.Node) -> None:
    """Refuse calls, loops in loops, and unknown filters and tests; raises TemplateError."""
    for call in tree.find_all(nodes.Call):
        hint = "a filter is written with a bar, as in {{ name | upper }}"
        raise TemplateError("a template cannot call anything", call.lineno, hint)
    for used in tree.find_all(nodes.Filter):
        _demand(used, "filter", environment.filters)
    for asked in tree.find_all(nodes.Test):
        _demand(asked, "test", environment.tests)
    for loop in tree.find_all(nodes.For):
        inner = next(loop.find_all(nodes.For), loop if loop.recursive else None)
        if inner is not None:
            raise TemplateError("a loop cannot stand inside a loop", inner.lineno)


def guarded_names(tree: nodes.Node) -> Iterator[str]:
    """Name the variables that `default` or `is defined` allows to be missing."""
    guards: tuple[type[nodes.Filter], type[nodes.Test]] = (nodes.Filter, nodes.Test)
    for guard in tree.find_all(guards):
        if guard.name in GUARDS and isinstance(guard.node, nodes.Name):
            yield guard.node.name


class Counted(NodeTransformer):
    """Sends what loops run over and what `~` joins through filters that count."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - jinja2's naming
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), "join")

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - jinja2's naming
        self.generic_visit(node)
        node.iter = _filtered(node.iter, EACH)
        return node


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _demand(node: nodes.Filter | nodes.Test, kind: str, known: Collection[str]) -> None:
    if node.name not in known:
        words = sorted(word for word in known if word != EACH)
        hint = "".join(did_you_mean(node.name, words)) or f"there are {', '.join(words)}"
        raise TemplateError(f"unknown {kind} {node.name!r}", node.lineno, hint)
