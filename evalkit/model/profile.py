"""Profiles: how a deployment departs from OpenAI's form, as data, and the ready ones by name."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from evalkit.errors import did_you_mean
from evalkit.model.chat import WarningName
from evalkit.model.data import Authored, JsonObject, Many

Reasoning = Literal["drop", "strip", "tool_calls", "keep"]
Images = Literal["any", "inline", "url"]
Deltas = Literal["added", "cumulative"]


def _with_base(schema: JsonSchemaValue) -> None:
    schema["properties"]["base"] = {"enum": [*READY]}


OWN: Final = frozenset({"messages", "model", "stream", "tools"})
"""Body fields that evalkit writes itself."""


def _refuse_own(fields: JsonObject) -> JsonObject:
    for name in fields:
        if name in OWN:
            message = f"extra cannot hold {name!r}: evalkit writes it itself"
            raise ValueError(message)
    return fields


def _refuse_clash(names: Mapping[str, str]) -> Mapping[str, str]:
    for name, other in names.items():
        if other in OWN or list(names.values()).count(other) > 1:
            message = f"{name!r} cannot be renamed to {other!r}: that name is taken"
            raise ValueError(message)
    return names


class Profile(Authored):
    """What is different about a deployment; without any of it, it is called as OpenAI's API is.

    The request: `path` stands behind base_url, `query` behind the path; `headers` and `extra` are
    headers and body fields of every request, `removed` are body fields that are never sent and
    `renamed` gives others the deployment's own name. The key goes into `key_header`, behind
    `key_prefix`. `images` says how an image may be sent.

    The history: `reasoning` says what of a reply's reasoning goes back with it, under the name
    `reasoning_field`: nothing (drop), not even a `<think>` block of the text (strip), that of
    messages with tool calls, or all of it (keep).

    The reply: `deltas: cumulative` repeat in each chunk what came before. `tolerated` are warnings
    that say nothing of this deployment: they are not noted.
    """

    model_config = ConfigDict(json_schema_extra=_with_base)

    path: str | None = None
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    key_header: str = "authorization"
    key_prefix: str = "Bearer "
    extra: Annotated[JsonObject, AfterValidator(_refuse_own)] = {}
    removed: Many[str] = ()
    renamed: Annotated[Mapping[str, str], AfterValidator(_refuse_clash)] = {}
    images: Images = "any"
    reasoning: Reasoning = "drop"
    reasoning_field: str = "reasoning_content"
    deltas: Deltas = "added"
    tolerated: Many[WarningName] = ()


NEWER_LIMIT: Final = {"max_tokens": "max_completion_tokens"}
"""OpenAI's reasoning models refuse the older name."""

READY: Final[Mapping[str, Mapping[str, Any]]] = {
    "azure": {
        "key_header": "api-key",
        "key_prefix": "",
        "query": {"api-version": "2024-10-21"},
        "renamed": NEWER_LIMIT,
    },
    "cloudsway": {"tolerated": ["nonstandard_shape", "missing_fields"]},
    "deepseek": {"reasoning": "tool_calls"},
    "litellm": {},
    "ollama": {"images": "inline", "reasoning_field": "reasoning"},
    "openai": {"renamed": NEWER_LIMIT},
    "openrouter": {"reasoning": "tool_calls", "reasoning_field": "reasoning"},
    "vllm": {},
}
"""The ready profiles, by the name that YAML gives them."""


def based(written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
    """Read a profile's name, or one with a `base`; raises ValueError where there is no such name.

    What is written beside `base` replaces its values; mappings are merged by their keys.
    """
    if isinstance(written, str):
        return Profile.model_validate(dict(_ready(written)))
    if not isinstance(written, dict) or "base" not in written:
        return written
    merged = dict(_ready(written["base"]))
    for key, value in written.items():
        if key != "base":
            known = merged.get(key)
            both = isinstance(known, Mapping) and isinstance(value, dict)
            merged[key] = {**known, **value} if both and known else value
    return merged


def _ready(name: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever stands in the YAML
    if isinstance(name, str) and name in READY:
        return READY[name]
    hint = did_you_mean(str(name), READY) or (f"there are {', '.join(READY)}",)
    message = f"there is no profile {name!r}; {hint[0]}"
    raise ValueError(message)


class _Named:
    """Tells a schema that a ready profile's name may stand in place of a mapping."""

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"enum": [*READY]}, handler(core)]}


NamedProfile = Annotated[Profile, BeforeValidator(based), _Named()]
"""A profile as YAML has it: a ready one's name, a mapping, or a mapping with a `base`."""
