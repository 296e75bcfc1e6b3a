"""The turns of a conversation, each with what is expected of its reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evalkit.loader.completeness import implied
from evalkit.loader.credentials import refuse_in_params
from evalkit.loader.expectations import Demand, Demands
from evalkit.loader.fields import TURN_KEYS
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.messages import Messages
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.tree import without
from evalkit.loader.validation import Form, build
from evalkit.loader.wording import either, found
from evalkit.model.chat import Role
from evalkit.model.suite import Turn

SPEAKERS: Final[tuple[Role, ...]] = ("system", "user", "assistant")
OF_REPLY: Final = ("expect", "params", "json_from", "complete")
"""Keys that only a turn with a reply of its own takes."""


@dataclass(frozen=True)
class Step:
    """A turn that is being read: its table, who speaks, and whether a reply is requested."""

    node: Table
    speaker: Role
    requested: bool


@dataclass(frozen=True)
class Turns:
    """Reads turns; `each` are the demands on every requested one."""

    messages: Messages
    demands: Demands
    each: tuple[Demand, ...]

    def read(self, node: Node) -> tuple[list[Turn], list[Demand]]:
        """Give the turns, and what an author expects of their replies."""
        context = self.demands.context
        if not isinstance(node, Items):
            context.found.add(
                node.span,
                f"'turns' must be a list, not {found(node)}",
                "write a '-' before each turn",
            )
            return [], []
        steps = self._steps(node)
        self._demand_request(node, steps)
        turns: list[Turn] = []
        demands: list[Demand] = []
        for step in steps:
            if step is not None:
                turn, own = self._turn(step)
                turns += [turn] if turn else []
                demands += own
        return turns, demands

    def _steps(self, node: Items) -> list[Step | None]:
        """Tell who speaks in each turn; None where that is a mistake."""
        tables = [self._table(child) for child in node.nodes]
        speakers = [None if table is None else self._speaker(table) for table in tables]
        steps: list[Step | None] = []
        for index, (table, speaker) in enumerate(zip(tables, speakers, strict=True)):
            following = (*speakers, None)[index + 1]
            requested = speaker == "user" and following != "assistant"
            steps.append(Step(table, speaker, requested) if table and speaker else None)
        return steps

    def _demand_request(self, node: Items, steps: Sequence[Step | None]) -> None:
        if not steps:
            self.demands.context.found.add(node.span, "'turns' must not be empty")
        elif None not in steps and not any(step.requested for step in steps if step):
            message = "no turn asks for a reply"
            hint = "a user turn does, unless an assistant turn follows it"
            self.demands.context.found.add(node.span, message, hint)

    def _table(self, node: Node) -> Table | None:
        context = self.demands.context
        if isinstance(node, Table):
            return node
        context.found.add(node.span, f"a turn is a mapping, not {found(node)}", "write {user: …}")
        return None

    def _speaker(self, table: Table) -> Role | None:
        """Give the one who speaks; a misspelt key is told instead of its absence."""
        context = self.demands.context
        known = refuse_unknown(table, TURN_KEYS, context.found, context.checks.names)
        speakers = [speaker for speaker in SPEAKERS if speaker in table.entries]
        if len(speakers) == 1:
            return speakers[0]
        if speakers:
            message = f"a turn has one of {either([*SPEAKERS])}, not {' and '.join(speakers)}"
            context.found.add(table.keys[speakers[-1]], message, "make a turn of each")
        elif len(known.entries) == len(table.entries):
            context.found.add(table.span, f"a turn has one of {either([*SPEAKERS])}")
        return None

    def _turn(self, step: Step) -> tuple[Turn | None, list[Demand]]:
        node, context = step.node, self.demands.context
        if not step.requested:
            self._refuse_demands(step)
        parts = self.messages.read(node.entries[step.speaker], step.speaker)
        own = self.demands.read(node.entries.get("expect"), "expect")
        expected = (*own, *self.each) if step.requested else ()
        label = node.entries.get("label")
        if isinstance(label, Scalar):
            self.messages.templates.inspect(label, context)
        wanted = tuple(demand.expectation for demand in expected)
        span = node.span
        if step.requested and not _incomplete(node):
            wanted = (*implied(expected, span, context), *wanted)
        given = {"span": span, step.speaker: parts or (), "expect": wanted}
        refuse_in_params(node.entries.get("params"), context.found)
        unknown = [key for key in node.entries if key not in TURN_KEYS]
        rest = without(node, *SPEAKERS, "expect", *unknown)
        form = Form(Turn, rest, context.found, given=given, text=context.file_text)
        return build(form).value, [*own]

    def _refuse_demands(self, step: Step) -> None:
        for key in OF_REPLY:
            if key in step.node.entries:
                message = f"this turn requests no reply, so {key!r} has no use"
                reason = (
                    "the assistant turn behind it is its reply"
                    if step.speaker == "user"
                    else "put it on a user turn"
                )
                self.demands.context.found.add(step.node.keys[key], message, reason)


def _incomplete(node: Table) -> bool:
    written = node.entries.get("complete")
    return isinstance(written, Scalar) and written.value is False
