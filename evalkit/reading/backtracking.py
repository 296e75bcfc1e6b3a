"""How many steps a pattern of Python's `re` may take at most, where a glance can tell."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

TOKEN = re.compile(
    r"(?P<number>\\[0-9])"
    r"|(?P<escape>\\N\{[^}]*\}|\\.)"
    r"|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<flags>\(\?[aims]+\))"
    r"|(?P<open>\((?:\?(?:[aims]*(?:-[ims]+)?:|<?[=!]|P<\w+>))?(?!\?))"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<times>(?:[*+?]|\{(?P<low>[0-9]*)(?P<comma>,?)(?P<high>[0-9]*)\})[?+]?)"
    r"|(?P<plain>[^\\\[(])",
    re.DOTALL,
)


class Growth(NamedTuple):
    """A match that starts at one place of a text of n characters takes `factor` * n ** `power`."""

    factor: int
    power: int

    def steps(self, length: int) -> int:
        """Bound a search, which starts at every place."""
        starts: int = (length + 1) ** (self.power + 1)
        return self.factor * starts


@lru_cache(maxsize=4096)
def growth(pattern: str) -> Growth | None:
    """Bound what a pattern may take; None where it repeats a group or refers back to one.

    Without those a pattern is a row of choices, and there are at most as many ways to match as the
    product of their numbers: the branches of an alternation, the counts of a repetition.
    """
    tokens = _tokens(pattern)
    if tokens is None or _repeats_more_than_a_character(tokens):
        return None
    factor, power = (len(pattern) + 1) * _branches(tokens), 0
    for token in tokens:
        if token.lastgroup == "times":
            counts = _counts(token)
            factor, power = factor * (counts or 1), power + (counts is None)
    return Growth(factor, power)


def _tokens(pattern: str) -> list[re.Match[str]] | None:
    tokens = []
    place = 0
    while place < len(pattern):
        token = TOKEN.match(pattern, place)
        if token is None or token.lastgroup == "number":
            return None
        tokens.append(token)
        place = token.end()
    return tokens


def _repeats_more_than_a_character(tokens: list[re.Match[str]]) -> bool:
    return any(
        after.lastgroup == "times" and before.lastgroup in ("close", "times")
        for before, after in pairwise(tokens)
    )


def _branches(tokens: list[re.Match[str]]) -> int:
    """Multiply the numbers of branches of all groups."""
    product, open_groups = 1, [1]
    for token in tokens:
        if token.lastgroup == "open":
            open_groups.append(1)
        elif token.lastgroup == "bar":
            open_groups[-1] += 1
        elif token.lastgroup == "close" and len(open_groups) > 1:
            product *= open_groups.pop()
    return product * open_groups[0]


def _counts(times: re.Match[str]) -> int | None:
    """Bound the counts of a repetition; None where its end is open."""
    if not times[0].startswith("{"):
        return 2 if times[0].startswith("?") else None
    most = times["high"] if times["comma"] else times["low"]
    return int(most) + 1 if most else None
