"""What `evalkit list` tells of checks, APIs, deployments and conversations."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from evalkit import apis, checks
from evalkit.errors import Mistakes
from evalkit.model.api import Api
from evalkit.model.check import Check
from evalkit.model.deployment import Draft
from evalkit.model.profile import READY
from evalkit.model.suite import Suite
from evalkit.registry import Registry

Entry: TypeAlias = dict[str, str | list[str]]
Plugins: TypeAlias = Registry[Check] | Registry[Api]

PLUGINS: Mapping[str, Plugins] = {"checks": checks.registry, "apis": apis.registry}


def list_plugins(registry: Plugins) -> list[Entry]:
    """Give every plugin's name and the first line of its docstring, then those refused and why."""
    told = {name: _summary(registry, name) for name in registry.usable}
    told |= {name: f"refused: {reason}" for name, reason in registry.refused.items()}
    return [{"name": name, "summary": summary} for name, summary in told.items()]


def list_profiles() -> list[Entry]:
    """Give the ready profiles with what each changes, as YAML would write it."""
    return [
        {"name": name, "changes": json.dumps(dict(settings)) if settings else "nothing"}
        for name, settings in READY.items()
    ]


def list_deployments(suites: Sequence[Suite], environ: Mapping[str, str]) -> list[Entry]:
    """Give the deployments with their address as authored and the variables that are not set."""
    drafts = {(draft.name, draft.span): draft for suite in suites for draft in suite.deployments}
    return [
        {
            "name": draft.name,
            "place": str(draft.span),
            "base_url": _base_url(draft),
            "unset": list(draft.unset(environ)),
        }
        for draft in drafts.values()
    ]


def list_conversations(suites: Sequence[Suite]) -> list[Entry]:
    """Give the conversations with their place and tags."""
    return [
        {"id": conversation.id, "place": str(conversation.span), "tags": list(conversation.tags)}
        for suite in suites
        for conversation in suite.conversations
    ]


def to_rows(entries: Sequence[Entry]) -> list[list[str]]:
    """Give the entries as a table's rows; a list is written behind its key, an empty one as ''."""
    return [[_field(key, value) for key, value in entry.items()] for entry in entries]


def _field(key: str, value: str | list[str]) -> str:
    if isinstance(value, str):
        return value
    return f"{key}: {', '.join(value)}" if value else ""


def _summary(registry: Plugins, name: str) -> str:
    return (registry.get(name).__doc__ or "").strip().partition("\n")[0]


def _base_url(draft: Draft) -> str:
    """Resolve the draft with each variable standing for itself."""
    try:
        deployment = draft.resolve({name: f"${{{name}}}" for name in draft.variables})
    except Mistakes:
        return ""
    return deployment.base_url or ""
