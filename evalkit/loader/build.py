"""A conversation: its defaults merged in, its parts read, and the whole held to the rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evalkit.loader.context import Context
from evalkit.loader.defaults import merge
from evalkit.loader.document import to_data
from evalkit.loader.expectations import Demand, Demands
from evalkit.loader.fields import CONVERSATION_KEYS
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.messages import Messages
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.response_format import read_format
from evalkit.loader.templates import Templates
from evalkit.loader.tree import text_of, without
from evalkit.loader.turns import Turns
from evalkit.loader.validation import Form, build
from evalkit.loader.wording import found
from evalkit.model.data import JsonObject
from evalkit.model.suite import Conversation
from evalkit.source import Span

READ_HERE: Final = ("system", "turns", "expect", "each_turn", "response_format", "skip", "xfail")
"""Keys that are not left to the model to read."""

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
NAME_RULE: Final = "use letters, digits, '.', '_' and '-', at most 80, a letter or digit first"
TAG: Final = re.compile(r"[^\W\d][\w.-]*")
MARKS: Final = frozenset(
    [
        "skip",
        "xfail",
        "parametrize",
        "usefixtures",
        "filterwarnings",
        "skipif",
        "tryfirst",
        "trylast",
    ]
)
WORDS: Final = frozenset({"and", "or", "not", "True", "False", "None"})
"""What means something else in pytest's `-m`."""

REASONS: Final = {"skip": "unconditional skip", "xfail": "expected to fail"}


@dataclass(frozen=True)
class Made:
    """A conversation, the demands on it and the deployments for it that an author wrote."""

    conversation: Conversation
    demands: tuple[Demand, ...]
    deployments: tuple[tuple[str, Span], ...]


@dataclass(frozen=True)
class Conversations:
    """Builds conversations on top of `defaults`, the farthest first."""

    context: Context
    defaults: Sequence[Table]

    def make(self, node: Node) -> Made | None:
        """Build one conversation; None where that is a mistake, which is noted."""
        found_ = self.context.found
        if not isinstance(node, Table):
            hint = "write its keys, such as id and turns"
            found_.add(node.span, f"a conversation is a mapping, not {found(node)}", hint)
            return None
        own = refuse_unknown(node, CONVERSATION_KEYS, found_, self.context.checks.names)
        self._check_id(own)
        if "turns" not in own.entries:
            found_.add(node.span, "missing key 'turns'")
        merged = merge([*self.defaults, own])
        self._check_tags(merged.entries.get("tags"))
        return self._assemble(merged, node)

    def _assemble(self, merged: Table, node: Table) -> Made | None:
        values = _values(merged)
        templates = Templates(_flag(merged, "template", default=True), values)
        messages = Messages(self.context, templates, values)
        replies = Demands(self.context, templates, "turn")
        each = replies.read(merged.entries.get("each_turn"), "each_turn")
        turns, of_turns = (
            Turns(messages, replies, each).read(merged.entries.get("turns", Items([], node.span)))
            if "turns" in merged.entries
            else ([], [])
        )
        whole = Demands(self.context, templates, "conversation").read(
            merged.entries.get("expect"), "expect"
        )
        demands = (*of_turns, *each, *whole)
        self._demand_expectation(merged, node, anything=bool(demands))
        given = {
            "span": node.keys["id"] if "id" in node.entries else node.span,
            "turns": tuple(turns),
            "expect": tuple(demand.expectation for demand in whole),
            **self._read_rest(merged, messages),
        }
        rest = without(merged, *READ_HERE)
        form = Form(
            Conversation, rest, self.context.found, given=given, text=self.context.file_text
        )
        conversation = build(form).value if "id" in merged.entries and turns else None
        if conversation is None:
            return None
        return Made(conversation, demands, tuple(_names(merged.entries.get("deployments"))))

    def _read_rest(self, merged: Table, messages: Messages) -> Mapping[str, object]:
        given: dict[str, object] = {}
        if "system" in merged.entries:
            given["system"] = messages.read(merged.entries["system"], "system")
        if "response_format" in merged.entries:
            given["response_format"] = read_format(merged.entries["response_format"], self.context)
        for key, default in REASONS.items():
            if key in merged.entries:
                given[key] = self._reason(merged.entries[key], key, default)
        return given

    def _reason(self, node: Node, key: str, default: str) -> str | None:
        """Read the reason to skip or to expect a failure: a text, or true."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return default if node.value else None
        if isinstance(node, Scalar):
            return text_of(node)
        self.context.found.add(node.span, f"{key!r} must be true or a reason, not {found(node)}")
        return None

    def _check_id(self, node: Table) -> None:
        written = node.entries.get("id")
        if written is None:
            self.context.found.add(node.span, "missing key 'id'")
        elif isinstance(written, Scalar) and not ID.fullmatch(written.source):
            message = f"{written.source!r} cannot be an id"
            self.context.found.add(written.span, message, NAME_RULE)

    def _check_tags(self, node: Node | None) -> None:
        for tag in node.nodes if isinstance(node, Items) else ():
            if not isinstance(tag, Scalar):
                continue
            if tag.source in MARKS:
                message = f"{tag.source!r} is a mark of pytest's own and no tag"
                hints = (f"write {tag.source}: true",) if tag.source in REASONS else ()
                self.context.found.add(tag.span, message, *hints)
            elif tag.source in WORDS or not TAG.fullmatch(tag.source):
                message = f"{tag.source!r} cannot be a tag"
                hint = "use letters, digits, '_', '-' and '.', a letter first"
                self.context.found.add(tag.span, message, hint)

    def _demand_expectation(self, merged: Table, node: Table, *, anything: bool) -> None:
        written = merged.entries.keys() & {"expect", "each_turn"} or "expect" in _keys_of_turns(
            node
        )
        if anything or written or _flag(merged, "unchecked", default=False):
            return
        if "turns" in node.entries:
            place = node.keys.get("id", node.span)
            hint = "add expect to a turn, or write unchecked: true"
            self.context.found.add(place, "the conversation expects nothing", hint)


def _values(merged: Table) -> JsonObject:
    values = merged.entries.get("vars")
    data = to_data(values) if values is not None else {}
    return data if isinstance(data, dict) else {}


def _names(node: Node | None) -> Iterator[tuple[str, Span]]:
    for one in node.nodes if isinstance(node, Items) else (node,):
        if isinstance(one, Scalar):
            yield text_of(one), one.span


def _flag(node: Table, key: str, *, default: bool) -> bool:
    written = node.entries.get(key)
    return written.value is True if isinstance(written, Scalar) else default


def _keys_of_turns(node: Table) -> set[str]:
    turns = node.entries.get("turns")
    tables = turns.nodes if isinstance(turns, Items) else []
    return {key for table in tables if isinstance(table, Table) for key in table.entries}
