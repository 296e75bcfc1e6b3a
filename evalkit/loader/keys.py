"""Keys that an author may not write where they stand, and where they belong instead."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from evalkit.errors import did_you_mean
from evalkit.loader.fields import (
    CONVERSATION_KEYS,
    DEFAULTS_KEYS,
    DEPLOYMENT_KEYS,
    KINDS,
    SUITE_KEYS,
    TURN_KEYS,
)
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Table
from evalkit.loader.tree import without
from evalkit.model.data import Authored
from evalkit.model.deployment import Limits, Retry, Timeout
from evalkit.model.profile import Profile

PARAMS: Final = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "reasoning_effort",
        "seed",
        "stop",
        "temperature",
        "tool_choice",
        "top_k",
        "top_logprobs",
        "top_p",
    }
)
"""Request fields that are sent from `params`."""

MOST_LISTED: Final = 20
"""Keys of a mapping that a hint lists, where none is near."""

NESTED: Final[Mapping[str, type[Authored]]] = {
    "limits": Limits,
    "timeout": Timeout,
    "retry": Retry,
    "profile": Profile,
}
"""Keys of a deployment whose own keys are often written one level too high."""

HOMES: Final = (
    ("a turn", TURN_KEYS),
    ("a conversation", CONVERSATION_KEYS),
    ("a deployment", DEPLOYMENT_KEYS),
    ("the suite", SUITE_KEYS),
)


def refuse_unknown(
    table: Table, allowed: Collection[str], found: Findings, checks: Collection[str] = ()
) -> Table:
    """Note every key of `table` that is not allowed, and give the table without them.

    `checks` are the names that may start an expectation.
    """
    unknown = [key for key in table.entries if key not in allowed]
    for key in unknown:
        found.add(table.keys[key], f"unknown key {key!r}", *hints(key, allowed, checks))
    return without(table, *unknown) if unknown else table


def hints(key: str, allowed: Iterable[str], checks: Collection[str] = ()) -> tuple[str, ...]:
    """Say where an unknown key belongs, or which allowed one is nearest."""
    known = tuple(allowed)
    home = next(_homes(key, known, checks), None)
    if home:
        return (home,)
    listed = (f"its keys are {', '.join(known)}",) if 0 < len(known) <= MOST_LISTED else ()
    return did_you_mean(key, known) or listed


def _homes(key: str, allowed: Collection[str], checks: Collection[str]) -> Iterator[str]:
    if key in PARAMS:
        of = "" if "params" in allowed else " of a turn, a conversation or a deployment"
        yield f"put it under the 'params'{of}" if of else "put it under 'params'"
    home = next((home for home, keys in HOMES if key in keys), None)
    if key in checks and "expect" in allowed:
        also = f"a key of {home}, and " if home else ""
        yield f"{key!r} is {also}a check: put it under 'expect'"
    elif key in checks and not home:
        yield f"{key!r} is a check of its own: start another expectation with it"
    if key in KINDS and "user" in allowed:
        yield f"{key!r} is a message part: write it in a list under 'user'"
    if key in DEFAULTS_KEYS and "defaults" in allowed:
        yield "put it under 'defaults'"
    if "limits" in allowed:
        nested = (name for name, model in NESTED.items() if key in model.model_fields)
        yield from (f"write {name}: {{{key}: …}}" for name in nested)
    if home:
        yield f"{key!r} is a key of {home}"
