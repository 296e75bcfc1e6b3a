"""Deployments that a command line names, found in suites and filled in."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evalkit.cli.suites import load_suites
from evalkit.errors import Mistake, Mistakes, NothingSelected, UsageError, did_you_mean
from evalkit.model.deployment import Deployment, Draft

if TYPE_CHECKING:
    from evalkit.loader.load import Loaded


def load(suite: str | None, root: str | None) -> "Loaded":
    """Load the suites whose deployments can be named: one, or all that a run would find.

    Raises UsageError where there is none, and Mistakes.
    """
    try:
        loaded = load_suites((suite,) if suite else (), root)
    except NothingSelected as error:
        raise UsageError(str(error)) from error
    if loaded.mistakes:
        raise Mistakes(loaded.mistakes)
    return loaded


def choose(
    names: Sequence[str], loaded: "Loaded", environ: Mapping[str, str] = os.environ
) -> tuple[Deployment, ...]:
    """Give the deployments of these names, in their order.

    Raises UsageError for a name that is unknown or defined in several ways, and Mistakes where a
    variable is not set or a value does not fit.
    """
    drafts = {(one.name, one.span): one for suite in loaded.suites for one in suite.deployments}
    try:
        return tuple(_only(name, tuple(drafts.values()), environ) for name in names)
    except Mistakes as error:
        raise Mistakes(map(loaded.quote, error.mistakes)) from error


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
