"""A conversation: its defaults merged in, its parts read, and the whole held to the rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evalkit.errors import did_you_mean
from evalkit.loader.context import Context
from evalkit.loader.credentials import refuse_in_params
from evalkit.loader.defaults import merge
from evalkit.loader.document import to_data
from evalkit.loader.expectations import Demand, Demands
from evalkit.loader.fields import CONVERSATION_KEYS, SUITE_KEYS, TURN_KEYS
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.messages import Messages
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.response_format import read_format
from evalkit.loader.templates import Templates
from evalkit.loader.tools import read_tools
from evalkit.loader.tree import text_of, without
from evalkit.loader.turns import Turns
from evalkit.loader.validation import CUT, QUOTE, Form, build
from evalkit.loader.wording import found
from evalkit.model.data import JsonObject
from evalkit.model.suite import Conversation, Turn
from evalkit.source import Span

READ_HERE: Final = (
    "system",
    "turns",
    "expect",
    "each_turn",
    "response_format",
    "tools",
    "skip",
    "xfail",
)
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

KNOWN: Final = frozenset((*CONVERSATION_KEYS, *TURN_KEYS, *SUITE_KEYS))
EXPECTING: Final = ("expect", "each_turn")
UNNAMED: Final = "unnamed"
"""Stands in for an id that is missing or wrong, so that all else is looked at."""

SWITCHES: Final = frozenset({"yes", "no", "on", "off", "true", "false"})
"""What other YAML takes for true or false; here it would be a reason."""

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
        for key in ("id", "turns"):
            if key not in own.entries and not _stands_for(node, key):
                found_.add(node.span, f"missing key {key!r}")
        merged = merge([*self.defaults, own])
        refuse_in_params(merged.entries.get("params"), self.context.found)
        self._check_tags(merged.entries.get("tags"))
        return self._assemble(merged, node)

    def _assemble(self, merged: Table, node: Table) -> Made | None:
        values = _values(merged)
        templates = Templates(_flag(merged, "template", default=True), values)
        messages = Messages(self.context, templates, values)
        replies = Demands(self.context, templates, "turn", values)
        each = replies.read(merged.entries.get("each_turn"), "each_turn")
        written = merged.entries.get("turns")
        turns, of_turns = Turns(messages, replies, each).read(written) if written else ([], [])
        whole = Demands(self.context, templates, "conversation", values).read(
            merged.entries.get("expect"), "expect"
        )
        demands = (*of_turns, *each, *whole)
        if not demands:
            self._demand_expectation(merged, node)
        named = self._is_named(node)
        given = {
            "span": node.keys["id"] if "id" in node.entries else node.span,
            "turns": tuple(turns) or (Turn(span=node.span),),
            "expect": tuple(demand.expectation for demand in whole),
            **self._read_rest(merged, messages),
            **({} if named else {"id": UNNAMED}),
        }
        form = Form(
            Conversation,
            without(merged, *READ_HERE),
            self.context.found,
            given=given,
            text=self.context.file_text,
            partial=not node.entries.keys() <= set(CONVERSATION_KEYS),
        )
        conversation = build(form).value
        if conversation is None or not named:
            return None
        return Made(conversation, demands, tuple(_names(merged.entries.get("deployments"))))

    def _read_rest(self, merged: Table, messages: Messages) -> Mapping[str, object]:
        given: dict[str, object] = {}
        system = merged.entries.get("system")
        if system is not None:
            none = isinstance(system, Scalar) and system.value is None
            given["system"] = None if none else messages.read(system, "system")
        if "response_format" in merged.entries:
            given["response_format"] = read_format(merged.entries["response_format"], self.context)
        given["tools"] = read_tools(merged.entries.get("tools"), self.context)
        for key, default in REASONS.items():
            if key in merged.entries:
                given[key] = self._reason(merged.entries[key], key, default)
        return given

    def _reason(self, node: Node, key: str, default: str) -> str | None:
        """Read the reason to skip or to expect a failure: a text, or true."""
        if isinstance(node, Scalar) and (node.value is None or isinstance(node.value, bool)):
            return default if node.value else None
        switch = isinstance(node, Scalar) and node.plain and node.source.lower() in SWITCHES
        if isinstance(node, Scalar) and node.source and not switch:
            if node.comment:
                self.context.found.add(node.span, CUT, QUOTE)
            return text_of(node)
        message = f"{key!r} must be true or a reason, not {found(node)}"
        self.context.found.add(node.span, message, *(["write true or false"] if switch else []))
        return None

    def _is_named(self, node: Table) -> bool:
        """Whether there is an id to read; one that breaks the rule is noted."""
        written = node.entries.get("id")
        if isinstance(written, Scalar) and not ID.fullmatch(written.source):
            message = f"{written.source!r} cannot be an id"
            self.context.found.add(written.span, message, NAME_RULE)
            return False
        return written is not None

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

    def _demand_expectation(self, merged: Table, node: Table) -> None:
        """Note that nothing is expected, unless what is refused elsewhere was to expect it."""
        turns = node.entries.get("turns")
        tables = turns.nodes if isinstance(turns, Items) else []
        if not tables or any(map(self._expects, (merged, *tables))):
            return
        if not _flag(merged, "unchecked", default=False):
            place = node.keys.get("id", node.span)
            hint = "add expect to a turn, or write unchecked: true"
            self.context.found.add(place, "the conversation expects nothing", hint)

    def _expects(self, node: Node) -> bool:
        """Whether an expectation was tried here, or cannot be read for another mistake."""
        if not isinstance(node, Table):
            return True
        tried = [key for key in node.keys if not _is_empty(node.entries.get(key))]
        unknown = [key for key in tried if key not in KNOWN]
        misplaced = any(key in self.context.checks for key in unknown)
        misspelt = any(did_you_mean(key, EXPECTING) for key in unknown)
        return misplaced or misspelt or any(key in EXPECTING for key in tried)


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


def _is_empty(node: Node | None) -> bool:
    return isinstance(node, Items) and not node.nodes


def _stands_for(node: Table, key: str) -> bool:
    """Whether an unknown key, told to be one, looks like `key` misspelt."""
    return any(did_you_mean(one, [key]) for one in node.keys.keys() - KNOWN)
