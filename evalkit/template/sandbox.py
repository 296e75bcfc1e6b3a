"""Jinja2 with nothing in reach but JSON values, and with every result counted."""

from collections.abc import Callable
from typing import Any, Final

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2.filters import do_default
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from evalkit.errors import TemplateError
from evalkit.template.filters import FILTERS
from evalkit.template.policy import EACH
from evalkit.template.values import fits, show, size

LOOP_COST: Final = 100
"""What a turn of a loop counts, so that a loop has 200,000 at most."""

TEST_NAMES: Final = (
    *("boolean", "defined", "divisibleby", "eq", "even", "false", "float", "ge", "gt", "in"),
    *("integer", "le", "lt", "mapping", "ne", "none", "number", "odd", "sequence", "string"),
    *("true", "undefined"),
)
LOOP_ATTRIBUTES: Final = frozenset(
    ("first", "index", "index0", "last", "length", "nextitem", "previtem", "revindex", "revindex0")
)
KINDS: Final[dict[type[Any], str]] = {dict: "mapping", list: "list", str: "text"}


class Budget(Context):
    """The variables of one rendering, and how much its expressions have made so far."""

    spent = 0.0

    def spend(self, amount: float) -> None:
        self.spent += amount
        fits(self.spent)


class Sandbox(ImmutableSandboxedEnvironment):
    """Compiles templates whose expressions see no Python attribute, call or unbounded result."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))
    context_class = Budget

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, keep_trailing_newline=True, finalize=_print)
        self.globals.clear()
        self.filters = {name: _counted(function) for name, function in FILTERS.items()}
        self.filters.update({"default": do_default, "d": do_default, EACH: _each})
        self.tests = {name: TESTS[name] for name in TEST_NAMES}

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(obj, LoopContext) and attribute in LOOP_ATTRIBUTES:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Look up a key or an index: values have nothing else."""
        try:
            return _defined(obj)[argument]
        except (TypeError, LookupError):
            kind = KINDS.get(type(obj), "value")
            return self.undefined(f"the {kind} has no {argument!r}")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Count what an operator makes before it does."""
        if isinstance(context, Budget):
            context.spend(GROWTH[operator](left, right))
        return super().call_binop(context, operator, left, right)


def _defined(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Give the value; raises UndefinedError where there is none."""
    if isinstance(value, Undefined):
        str(value)
    return value


def _print(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return show(_defined(value))


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def count(context: Budget, value: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - any JSON value
        result = function(_defined(value), *arguments, **named)
        context.spend(size(result))
        return result

    return count


@pass_context
def _each(context: Budget, values: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """Give what a loop runs over, counted."""
    if not isinstance(_defined(values), list | tuple | dict):
        raise TemplateError("a loop runs over a list or a mapping")
    entries = list(values)
    context.spend(LOOP_COST * len(entries))
    return entries


def _added(left: Any, right: Any) -> float:  # noqa: ANN401 - any JSON value
    return size(left) + size(right)


def _multiplied(left: Any, right: Any) -> float:  # noqa: ANN401 - any JSON value
    if isinstance(left, list | tuple) or isinstance(right, list | tuple):
        raise TemplateError("'*' repeats text only")
    if isinstance(left, str) or isinstance(right, str):
        text, times = (left, right) if isinstance(left, str) else (right, left)
        return len(text) * float(times)
    return _added(left, right)


def _raised(left: Any, right: Any) -> float:  # noqa: ANN401 - any JSON value
    return (size(left) + 1) * abs(float(right))


def _remaining(left: Any, _: Any) -> float:  # noqa: ANN401 - any JSON value
    if isinstance(left, str):
        raise TemplateError("'%' does not format text")
    return size(left)


GROWTH: Final[dict[str, Callable[[Any, Any], float]]] = {
    "+": _added,
    "*": _multiplied,
    "**": _raised,
    "%": _remaining,
}
"""How much an operator makes of two values, at most."""
