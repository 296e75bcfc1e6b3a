"""Deployments that a command line names, found in suites and filled in."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.cli.root import locate
from evalkit.cli.suites import load_suites
from evalkit.errors import Mistake, Mistakes, NothingSelected, UsageError, did_you_mean
from evalkit.model.deployment import Deployment, Draft


@dataclass(frozen=True, slots=True)
class Known:
    """Deployments as authored; `quote` adds the source line to a mistake that is found later."""

    drafts: tuple[Draft, ...]
    quote: Callable[[Mistake], Mistake]


def load(suite: str | None, root: str | None) -> Known:
    """Give the deployments that a suite sees, or those of all suites that a run would find.

    Without any suite those of `deployments.yaml` count. Raises UsageError where there is none of
    that, and Mistakes.
    """
    try:
        loaded = load_suites((suite,) if suite else (), root)
    except NothingSelected as error:
        known = Known((), lambda mistake: mistake) if suite else _shared(root)
        if not known.drafts:
            raise UsageError(str(error)) from error
        return known
    if loaded.mistakes:
        raise Mistakes(loaded.mistakes)
    drafts = {(one.name, one.span): one for each in loaded.suites for one in each.deployments}
    return Known(tuple(drafts.values()), loaded.quote)


def _shared(root: str | None) -> Known:
    """Give what a project has that only shares deployments so far."""
    from evalkit.loader.load import Loader

    place = locate(Path.cwd(), (), root)
    loader = Loader(place.root)
    folders = dict.fromkeys((place.root, *map(Path, place.paths)))
    drafts = tuple(draft for folder in folders for draft in loader.shared(folder))
    if loader.mistakes:
        raise Mistakes(loader.mistakes)
    return Known(drafts, loader.quote)


def choose(
    names: Sequence[str], known: Known, environ: Mapping[str, str] = os.environ
) -> tuple[Deployment, ...]:
    """Give the deployments of these names, in their order.

    Raises UsageError for a name that is unknown or defined in several ways, and Mistakes where a
    variable is not set or a value does not fit.
    """
    try:
        return tuple(_only(name, known.drafts, environ) for name in names)
    except Mistakes as error:
        raise Mistakes(map(known.quote, error.mistakes)) from error


def _only(name: str, drafts: Sequence[Draft], environ: Mapping[str, str]) -> Deployment:
    found = [draft for draft in drafts if draft.name == name]
    if not found:
        raise UsageError(_unknown(name, sorted({draft.name for draft in drafts})))
    lacking = [_lacks(one, variable) for one in found for variable in one.unset(environ)]
    if lacking:
        raise Mistakes(lacking)
    resolved = [draft.resolve(environ) for draft in found]
    first = resolved[0]
    if any(one.model_copy(update={"span": first.span}) != first for one in resolved):
        places = "".join(f"\n  {draft.span}" for draft in found)
        hint = "--suite FILE takes the one that this suite sees"
        raise UsageError(f"deployment {name!r} is defined in several ways:{places}\n  hint: {hint}")
    return first


def _unknown(name: str, known: Sequence[str]) -> str:
    there = f"there are {', '.join(known)}" if known else "the suites define none"
    hint = (did_you_mean(name, known) or (there,))[0]
    return f"there is no deployment {name!r}\n  hint: {hint}"


def _lacks(draft: Draft, variable: str) -> Mistake:
    message = f"deployment {draft.name!r} needs the variable {variable!r}, which is not set"
    return Mistake(draft.variables[variable], message, hints=(f"export {variable}=…",))
