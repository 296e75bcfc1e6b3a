"""From cases to items: variables filled in, values inserted, and all that cannot be met told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import Mistake, Mistakes
from evalkit.model.data import withholds
from evalkit.model.deployment import Deployment, Draft
from evalkit.model.suite import Conversation, Suite
from evalkit.model.trial import Item
from evalkit.planner.cases import Case, Choice, cases, demand_known
from evalkit.planner.demands import checks, consulted, unmeetable
from evalkit.planner.rendering import Rendering

NO_PYTHON = "Python is switched off (--no-python)"

STAND_IN = "http://unset.invalid"
"""Takes the place of what is not set: it fits an address, a key and a name, but never a number."""


def plan(suites: Sequence[Suite], choice: Choice, environ: Mapping[str, str]) -> tuple[Item, ...]:
    """Give the items in the order of the files.

    Raises UsageError where no suite knows a deployment that was asked for, and Mistakes where a
    variable is not set or a value does not fit.
    """
    demand_known(suites, choice)
    chosen = [case for suite in suites for case in cases(suite, choice)]
    mistakes: list[Mistake] = []
    rendered = _render(chosen, mistakes)
    needed = _consulted(chosen, rendered, mistakes)
    run = [
        _Run(case, rendered[id(case.conversation)], needed[id(case.conversation)])
        for case in chosen
    ]
    unset = _unset(run, choice, environ)
    called = _resolve(run, unset, environ, mistakes)
    mistakes += unmeetable(chosen, rendered)
    if mistakes:
        raise Mistakes(dict.fromkeys(mistakes))
    return tuple(one.item(called, unset) for one in run)


def review(suites: Sequence[Suite]) -> tuple[Mistake, ...]:
    """Find what would be wrong with a run of suites, whatever the environment holds."""
    chosen = [case for suite in suites for case in cases(suite, Choice())]
    mistakes: list[Mistake] = []
    rendered = _render(chosen, mistakes)
    _consulted(chosen, rendered, mistakes)
    return tuple(dict.fromkeys((*mistakes, *unmeetable(chosen, rendered))))


@dataclass(frozen=True, slots=True)
class _Run:
    """A case with its values inserted, and the deployments that its checks ask."""

    case: Case
    conversation: Conversation
    consulted: tuple[Draft, ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """All deployments that it needs; none where it is skipped."""
        return () if self.conversation.skip else (self.case.draft, *self.consulted)

    def item(self, called: Mapping[int, Deployment], unset: Mapping[int, str]) -> Item:
        return Item(
            id=self.case.id,
            suite=self.case.suite,
            conversation=self.conversation,
            deployment=self.case.draft.name,
            called=called.get(id(self.case.draft)),
            skip=self.conversation.skip or next(self._lacks(unset), None),
            consulted=tuple(called[id(one)] for one in self.consulted if id(one) in called),
        )

    def _lacks(self, unset: Mapping[int, str]) -> Iterator[str]:
        """Say what its deployment lacks, then its checks, then what those lack that they ask."""
        if id(self.case.draft) in unset:
            yield unset[id(self.case.draft)]
        if any(withholds(check) for _, check in checks(self.conversation)):
            yield NO_PYTHON
        for draft in self.consulted:
            if id(draft) in unset:
                yield f"its checks ask {draft.name!r}: {unset[id(draft)]}"


def _unset(run: Sequence[_Run], choice: Choice, environ: Mapping[str, str]) -> dict[int, str]:
    """Say why a draft, by its identity, cannot be called; raises Mistakes where that is no skip."""
    if choice.missing_key == "stand_in":
        return {}
    drafts = {id(draft): draft for one in run for draft in one.drafts}
    lacking = {key: draft for key, draft in drafts.items() if draft.unset(environ)}
    whole = [one for one in run if one.drafts and not any(id(d) in lacking for d in one.drafts)]
    needed = bool(choice.deployments) or not whole
    missing_key = choice.missing_key or ("error" if needed else "skip")
    if missing_key == "error" and lacking:
        raise Mistakes(
            _lacks(draft, name) for draft in lacking.values() for name in draft.unset(environ)
        )
    return {key: f"{', '.join(draft.unset(environ))} not set" for key, draft in lacking.items()}


def _lacks(draft: Draft, variable: str) -> Mistake:
    message = f"deployment {draft.name!r} needs the variable {variable!r}, which is not set"
    return Mistake(draft.variables[variable], message, hints=(f"export {variable}=…",))


def _resolve(
    run: Iterable[_Run],
    unset: dict[int, str],
    environ: Mapping[str, str],
    mistakes: list[Mistake],
) -> dict[int, Deployment]:
    """Fill in the variables of each draft that will be called, once for all that share it.

    One that needs the author's Python is unset where that is switched off; one that no stand-in
    fits stays away.
    """
    called: dict[int, Deployment] = {}
    for draft in _distinct(draft for one in run for draft in one.drafts):
        if id(draft) in unset:
            continue
        try:
            deployment = called[id(draft)] = draft.resolve(_filled_up(draft, environ))
        except Mistakes as error:
            mistakes += () if draft.unset(environ) else error.mistakes
            continue
        if withholds(deployment.options):
            unset[id(draft)] = NO_PYTHON
    return called


def _filled_up(draft: Draft, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Let stand-ins take the place of what is not set."""
    return {**environ, **dict.fromkeys(draft.unset(environ), STAND_IN)}


def _distinct(drafts: Iterable[Draft]) -> Iterator[Draft]:
    yield from {id(draft): draft for draft in drafts}.values()


def _render(cases: Sequence[Case], mistakes: list[Mistake]) -> dict[int, Conversation]:
    """Insert the values of each conversation, by its identity."""
    rendered: dict[int, Conversation] = {}
    for conversation in {id(case.conversation): case.conversation for case in cases}.values():
        rendering = Rendering(conversation.vars)
        rendered[id(conversation)] = rendering.conversation(conversation)
        mistakes += rendering.mistakes
    return rendered


def _consulted(
    cases: Sequence[Case], rendered: Mapping[int, Conversation], mistakes: list[Mistake]
) -> dict[int, tuple[Draft, ...]]:
    """Find the deployments that each conversation's checks ask, by its identity."""
    found: dict[int, tuple[Draft, ...]] = {}
    for case in cases:
        key = id(case.conversation)
        if key not in found:
            found[key] = consulted(case.suite, rendered[key], mistakes)
    return found
