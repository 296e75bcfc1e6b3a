"""A deployment: where and how to call a chat model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from evalkit.model.data import Authored, JsonObject
from evalkit.model.limit import Wait
from evalkit.model.price import Price
from evalkit.model.profile import NamedProfile, Profile
from evalkit.model.proxy import Proxy
from evalkit.secrets import Secret
from evalkit.source import Span


def _refuse_own(params: JsonObject) -> JsonObject:
    for key in params:
        if key in ELSEWHERE:
            message = f"params cannot hold {key!r}: {ELSEWHERE[key]}"
            raise ValueError(message)
    return params


ELSEWHERE: Final = {
    "messages": "they are the turns of a conversation",
    "model": "write model: on the deployment",
    "stream": "write stream: on the deployment or on the conversation",
    "stream_options": "usage is asked for in every stream",
    "tools": "write tools: on the conversation",
}
"""What a request holds beside its params, and where it comes from."""

Params = Annotated[JsonObject, AfterValidator(_refuse_own)]


MOST_PLACES: Final = 10_000
"""Requests in flight that an author may ask for."""


class Timeout(Authored):
    """The clocks of one try, in seconds; `idle` runs between contents of a stream."""

    connect: Wait = 10.0
    first_token: Wait = 60.0
    idle: Wait = 60.0
    total: Wait = 600.0


class Retry(Authored):
    """How often a call is tried at most, and for how many seconds from the first try's start."""

    tries: Annotated[int, Field(ge=1)] = 4
    total: Wait = 180.0


class Limits(Authored):
    """What a deployment is asked at most.

    `concurrency` counts requests in flight; `adaptive` follows what the deployment takes. `rpm` and
    `tpm` are requests and tokens per minute; without them, those that its headers name.
    """

    concurrency: Annotated[int, Field(ge=1, le=MOST_PLACES)] | Literal["adaptive"] = 8
    rpm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    tpm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @property
    def places(self) -> int:
        """The most requests that can be in flight at once."""
        return MOST_ADAPTIVE if self.concurrency == "adaptive" else self.concurrency


MOST_ADAPTIVE: Final = 64
"""Requests in flight that adaptive concurrency grows to at most."""


class ClientCert(Authored):
    """What is shown to a server that asks who calls; without `key`, `cert` holds the key as well.

    Both are found by the loader; `password` opens the key.
    """

    cert: Path
    key: Path | None = None
    password: Secret | None = None


class Deployment(Authored):
    """A deployment, ready to be called: its variables are filled in.

    `api` names the file in `evalkit/apis/` that calls it, `options` are that Api's own keys.
    `params` are sent with every request. Nothing is sent that was not asked for: without `model`,
    no model is named. `profile` says how it departs from OpenAI's form; with `strict_wire` a reply
    that needed any tolerance to be read is an error. `ca_file` are the certificates of authorities
    that are trusted beside the public ones, as PEM; without `proxy` the environment decides.
    """

    name: str
    span: Span
    api: str = "chat_completions"
    base_url: str | None = None
    api_key: Secret | None = None
    model: str | None = None
    stream: bool = False
    params: Params = {}
    headers: Mapping[str, Secret | str] = {}
    path: str | None = None
    profile: NamedProfile = Profile()
    strict_wire: bool = False
    ca_file: str | None = None
    client_cert: ClientCert | None = None
    proxy: Proxy | Literal["none"] | None = None
    timeout: Timeout = Timeout()
    retry: Retry = Retry()
    limits: Limits = Limits()
    price: Price | None = None
    default: bool = False
    under_test: bool = True
    options: Authored = Authored()


@dataclass(frozen=True)
class Draft:
    """A deployment as authored: its `${VAR}`s wait for an environment.

    `variables` are those without a default, each with its place. `resolve` fills them in and raises
    Mistakes where a value does not fit; two suites that inherit one deployment share its draft.
    """

    name: str
    span: Span
    default: bool = False
    under_test: bool = True
    stream: bool = False
    variables: Mapping[str, Span] = field(default_factory=dict)
    resolve: Callable[[Mapping[str, str]], Deployment] = field(
        compare=False, repr=False, kw_only=True
    )

    def unset(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """Name the variables that `environ` lacks or leaves empty."""
        return tuple(name for name in self.variables if not environ.get(name))
