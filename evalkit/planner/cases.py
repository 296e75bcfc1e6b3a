"""Which conversations run on which deployments: the cases of a run, before any value is known."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from evalkit.errors import UsageError, did_you_mean
from evalkit.model.deployment import Draft
from evalkit.model.suite import Conversation, Suite


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deployments were asked for, by names or globs, and what to do without a key.

    With `stand_in` nothing is to be sent, and what is not set is taken to be.
    """

    deployments: tuple[str, ...] = ()
    missing_key: Literal["skip", "error", "stand_in"] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation, and what each axis is for it; `name` stands for all of them in the id.

    The deployment is the only axis.
    """

    suite: Suite
    conversation: Conversation
    draft: Draft
    name: str

    @property
    def node(self) -> str:
        return f"{self.conversation.id}[{self.name}]"

    @property
    def id(self) -> str:
        return f"{self.suite.file}::{self.node}"


def demand_known(suites: Sequence[Suite], choice: Choice) -> None:
    known = sorted({draft.name for suite in suites for draft in suite.deployments})
    unknown = [glob for glob in choice.deployments if not any(fnmatchcase(n, glob) for n in known)]
    if not (unknown and suites):
        return
    lines = []
    for name in unknown:
        hints = did_you_mean(name, known) or (f"there are {', '.join(known) or 'none'}",)
        lines += [f"no deployment is called {name!r}", f"  hint: {hints[0]}"]
    raise UsageError("\n".join(lines))


def cases(suite: Suite, choice: Choice) -> Iterator[Case]:
    """Give what one suite adds to a run, in the order of its file."""
    chosen = _chosen(suite.deployments, choice)
    for conversation in suite.conversations:
        drafts = [draft for draft in chosen if _named(draft, conversation.deployments)]
        names = distinct([draft.name for draft in drafts])
        for draft, name in zip(drafts, names, strict=True):
            yield Case(suite, conversation, draft, name)


def _chosen(drafts: Sequence[Draft], choice: Choice) -> list[Draft]:
    """Pick the deployments asked for, else the default ones, else all that are under test."""
    if choice.deployments:
        return [draft for draft in drafts if _named(draft, choice.deployments)]
    preferred = [draft for draft in drafts if draft.default]
    return preferred or [draft for draft in drafts if draft.under_test]


def _named(draft: Draft, globs: Iterable[str] | None) -> bool:
    return globs is None or any(fnmatchcase(draft.name, glob) for glob in globs)


def distinct(names: Sequence[str]) -> list[str]:
    """Give each name a number where it occurs more than once, as pytest does."""
    counts, taken, given = Counter(names), set(names), Counter[str]()
    result = []
    for name in names:
        new = name
        while counts[name] > 1 and new in taken:
            new = f"{name}{'_' if name[-1:].isdigit() else ''}{given[name]}"
            given[name] += 1
        taken.add(new)
        result.append(new)
    return result
