"""The implicit check of every requested reply: it came whole, unless something else is expected."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from evalkit.loader.context import Context
from evalkit.loader.expectations import Demand
from evalkit.loader.fields import first_field
from evalkit.model.check import Check, Expectation
from evalkit.source import Span

NAME: Final = "complete"
NEGATIONS: Final = ("not", "none_of")


def implied(demands: Sequence[Demand], span: Span, context: Context) -> tuple[Expectation, ...]:
    """Give the implicit expectation of a reply with these demands; none where one is explicit.

    A wanted `finish_reason` replaces the parts truncated and filtered, a wanted `refusal` the part
    refused, and where either allows for no text, an empty reply is no shortcoming.
    """
    if any(demand.expectation.name == NAME for demand in demands):
        return ()
    wanted = list(_wanted(demands, context))
    reasons = {reason for name, values in wanted if name == "finish_reason" for reason in values}
    ends = any(name == "finish_reason" for name, _ in wanted)
    refuses = any(name == "refusal" for name, _ in wanted)
    allowed = {
        "truncated": not ends,
        "filtered": not ends,
        "refused": not refuses,
        "empty": not refuses and reasons <= {"stop"},
    }
    if not any(allowed.values()):
        return ()
    check = _built(context.checks.get(NAME), tuple(allowed.items()))
    return (Expectation(NAME, span, check),)


@cache
def _built(model: type[Check], allowed: tuple[tuple[str, bool], ...]) -> Check:
    """Build the check once for all replies of which the same is asked."""
    return model.model_validate(dict(allowed))


def _wanted(demands: Iterable[Demand], context: Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    for demand in demands:
        for found in walk(demand.check, context):
            value = getattr(found, first_field(type(found)) or "", None)
            if value is not False:  # `refusal: false` wants none
                yield _name(found, context), _texts(value)


def walk(check: Check, context: Context) -> Iterator[Check]:
    """Give a check and those inside it that are wanted to hold; optional ones are not."""
    if check.optional:
        return
    yield check
    if _name(check, context) in NEGATIONS:
        return
    for child in check.children:
        yield from walk(child, context)


def _name(check: Check, context: Context) -> str:
    """Give the name of a check as authors write it, nothing where they cannot."""
    name = check.key()
    return name if name in context.checks else ""


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else (value,)
    return tuple(text for text in values if isinstance(text, str))
