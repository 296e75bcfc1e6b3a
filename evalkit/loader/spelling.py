"""The short forms of expectations, spelt out: which check, and a table of its fields."""

from dataclasses import dataclass

from evalkit.errors import did_you_mean
from evalkit.loader.context import Context
from evalkit.loader.fields import keys_of, keys_of_first, takes_checks, takes_mapping
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.wording import found
from evalkit.model.check import Check
from evalkit.source import Span

EXAMPLE = "write a check and its value, such as {contains: text}"


@dataclass(frozen=True)
class Spelt:
    """An expectation in its long form; `span` is the check's name.

    Keys of a `partial` one were refused.
    """

    name: str
    model: type[Check]
    fields: Table
    span: Span
    partial: bool = False


def spell(node: Node, context: Context) -> Spelt | None:
    """Spell an expectation out; None where it is none, which is noted."""
    if not isinstance(node, Table) or not node.entries:
        _refuse(node, context)
        return None
    name = next(iter(node.entries))
    span = node.keys[name]
    model = _get(node, name, context)
    if model is None:
        return None
    fields = _fields(model, name, node, context)
    if fields is None:
        return None
    known = refuse_unknown(fields, keys_of(model), context.found, context.checks.names)
    return Spelt(name, model, known, span, partial=known is not fields)


def _refuse(node: Node, context: Context) -> None:
    hint = EXAMPLE
    if isinstance(node, Scalar) and node.source in context.checks:
        hint = f"write {{{node.source}: …}}"
    shown = "an empty mapping" if isinstance(node, Table) else found(node)
    context.found.add(node.span, f"an expectation is a mapping, not {shown}", hint)


def _get(node: Table, name: str, context: Context) -> type[Check] | None:
    """Give the check that the first key names."""
    span = node.keys[name]
    if name not in context.checks:
        later = next((key for key in node.entries if key in context.checks), None)
        if later is None:
            close = did_you_mean(name, context.checks.names)
            context.found.add(span, f"unknown check {name!r}", *close)
        else:
            message = f"the first key of an expectation is its check, not {name!r}"
            context.found.add(span, message, f"put {later!r} first")
        return None
    try:
        return context.checks.get(name)
    except ImportError as error:
        message = f"the check {name!r} needs {error.name!r}, which is not installed"
        context.found.add(span, message, f"install evalkit[{name}] or {error.name}")
    except TypeError as error:
        context.found.add(span, f"the check {name!r} cannot be used: {error}")
    return None


def _fields(model: type[Check], name: str, node: Table, context: Context) -> Table | None:
    """Put the value and the keys beside it together as one table of fields."""
    value, own = node.entries[name], model.own_fields()
    beside = {key: child for key, child in node.entries.items() if key != name}
    entries: dict[str, Node]
    if takes_checks(model) and isinstance(value, Table) and _starts_with_check(value, context):
        message = f"{name!r} takes a list of expectations, not {found(value)}"
        context.found.add(value.span, message, f"write {name}: [{{…}}, {{…}}]")
        return None
    if isinstance(value, Table) and _is_long(model, value):
        entries, keys = dict(value.entries), dict(value.keys)
    elif own:
        entries, keys = {own[0]: value}, {own[0]: node.keys[name]}
    elif isinstance(value, Scalar) and value.value is True:
        entries, keys = {}, {}
    else:
        message = f"{name!r} takes no value, not {found(value)}"
        context.found.add(value.span, message, f"write {name}: true")
        return None
    for key in entries.keys() & beside.keys():
        context.found.add(node.keys[key], f"{key!r} is given twice")
    return Table(
        {**entries, **beside},
        {**keys, **{key: node.keys[key] for key in beside}},
        value.span if isinstance(value, Table) and value.entries else node.keys[name],
    )


def _starts_with_check(value: Table, context: Context) -> bool:
    return next(iter(value.entries), None) in context.checks


def _is_long(model: type[Check], value: Table) -> bool:
    """Whether a mapping holds the check's fields, and is not itself the first one's value."""
    if takes_mapping(model):
        return False
    fields, written = set(keys_of(model)), set(value.entries)
    if written & fields or not written:
        return True
    return not (written <= set(keys_of_first(model)) or written == {"file"})
