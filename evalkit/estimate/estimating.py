"""From the items of a run to what they would ask: each one's requests, times its attempts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evalkit.estimate.figures import NONE, Estimate, Figures, Line, Skipped
from evalkit.estimate.pace import pace
from evalkit.estimate.rehearsal import Asked, Rehearsal, deployment_of, place
from evalkit.estimate.sizes import Guess
from evalkit.model.deployment import Deployment
from evalkit.model.suite import Conversation
from evalkit.model.trial import Item
from evalkit.source import Span


def estimate(items: Sequence[Item], environ: Mapping[str, str], guess: Guess) -> Estimate:
    """Estimate what a run of these items asks; `environ` tells which variables are set."""
    accounts: dict[tuple[str, Span], _Account] = {}
    run = [item for item in items if item.skip is None]
    for item in run:
        for name, asked in _by_name(item, guess).items():
            key = name, place(item, name)
            if key not in accounts:
                accounts[key] = _Account(deployment_of(item, name), _unset(item, name, environ))
            accounts[key].add(item, asked)
    lines = [account.line(place) for (_, place), account in accounts.items()]
    return Estimate(
        lines=tuple(sorted(lines, key=lambda line: not line.tested)),
        items=len(run),
        attempts=sum(item.conversation.repeat for item in run),
        skipped=tuple(Skipped(item.id, item.skip) for item in items if item.skip is not None),
    )


def _by_name(item: Item, guess: Guess) -> dict[str, list[Asked]]:
    """Rehearse an item, and sort what it asks by the deployments' names, its own one first."""
    sorted_: dict[str, list[Asked]] = {item.deployment: []}
    for asked in Rehearsal(item, guess).run():
        sorted_.setdefault(asked.deployment, []).append(asked)
    return sorted_


def _unset(item: Item, name: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    drafts = (draft for draft in item.suite.deployments if draft.name == name)
    return next((draft.unset(environ) for draft in drafts), ())


@dataclass
class _Account:
    """What one deployment is asked, as it adds up; `sure` is what no failed turn takes away."""

    deployment: Deployment
    unset: tuple[str, ...]
    seen: Counter[str] = field(default_factory=Counter)
    planned: Figures = NONE
    further: Figures = NONE
    sure: Figures = NONE
    longest: int = 0
    largest: int = 0
    may_stop: bool = False

    def add(self, item: Item, asked: Sequence[Asked]) -> None:
        """Add what all attempts of an item ask it."""
        repeat = item.conversation.repeat
        own = item.deployment == self.deployment.name
        self.seen.update(items=1, attempts=repeat, tested=own)
        self.seen.update(consulted=any(not one.tested for one in asked))
        self.planned += _summed(asked, further=False).times(repeat)
        self.further += _summed(asked, further=True).times(repeat)
        sure = [one for one in asked if one.tested][:1] if _may_stop(item.conversation) else asked
        self.sure += _summed(sure, further=False).times(repeat)
        self.longest = max(self.longest, sum(one.tested for one in sure))
        self.largest = max([self.largest, *(one.prompt + one.completion for one in asked)])
        self.may_stop = self.may_stop or _may_stop(item.conversation)

    def line(self, span: Span) -> Line:
        return Line(
            name=self.deployment.name,
            span=span,
            tested=bool(self.seen["tested"]),
            consulted=bool(self.seen["consulted"]),
            items=self.seen["items"],
            attempts=self.seen["attempts"],
            planned=self.planned,
            further=self.further,
            may_stop=self.may_stop,
            price=self.deployment.price,
            pace=pace(
                self.deployment.limits,
                self.sure.requests,
                self.sure.prompt + self.sure.completion,
                longest=self.longest,
                largest=self.largest,
            ),
            unset=self.unset,
        )


def _summed(asked: Sequence[Asked], *, further: bool) -> Figures:
    wanted = (one for one in asked if one.further == further)
    return sum((Figures(1, one.prompt, one.completion) for one in wanted), NONE)


def _may_stop(conversation: Conversation) -> bool:
    """Whether a turn that fails keeps later ones from being asked."""
    asks = sum(map(conversation.requested, range(len(conversation.turns))))
    return conversation.on_turn_failure == "stop" and asks > 1
