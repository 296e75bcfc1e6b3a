"""The port to a deployment: an Api sends a request and gives the reply, or raises CallError."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Protocol, Self

from evalkit.model.chat import Attachment, CallError, ChatReply, ChatRequest, Fault
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
)
from evalkit.model.data import Authored
from evalkit.model.deployment import Deployment
from evalkit.secrets import Secret


class Files(Protocol):
    """The bytes of attachments, read when a message is first sent and encoded once."""

    def read(self, attachment: Attachment) -> bytes: ...

    def base64(self, attachment: Attachment) -> str: ...


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request as it leaves; `headers` still hold the secrets."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WireResponse:
    """The head of an HTTP response, and its body as it arrives, decoded."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


class Transport(Protocol):
    """What carries HTTP: the network, a cassette, or a test's own memory."""

    def send(self, request: WireRequest) -> AbstractAsyncContextManager[WireResponse]:
        """Send it; raises CallError of kind connect, config or too_large."""
        ...


class Keys:
    """The keys whose quota is used up, told from one deployment to all others that have them."""

    def __init__(self) -> None:
        self._spent: dict[Secret, Fault] = {}

    def spend(self, key: Secret | None, fault: Fault) -> None:
        """Note that nothing more can be asked with a key, and why."""
        if key is not None:
            self._spent.setdefault(key, fault)

    def spent(self, key: Secret | None) -> Fault | None:
        """Say why a key is of no use any more; None where it is."""
        return self._spent.get(key) if key is not None and self._spent else None


class Purse(Protocol):
    """What a run may still use."""

    def used_up(self) -> str | None:
        """Say what of it is used up, so that nothing more may be sent; None where nothing is."""
        ...


class Endless:
    """A purse that is never empty."""

    def used_up(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Share:
    """Which of how many processes this one is; `folder` is where they agree by lock files."""

    index: int = 0
    processes: int = 1
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """What an Api is given beside its deployment; `environ` may name proxies.

    `keys` are shared by all deployments of a process, each deployment's limits by all processes.
    `purse` is the whole run's.
    """

    files: Files
    transport: Transport | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    share: Share = Share()
    purse: Purse = field(default_factory=Endless)


class Api(ABC):
    """A way to call deployments, entered on the engine's loop and left on it.

    A subclass's `Options` are the keys that it adds to a deployment in YAML; where it is
    `addressed`, the deployment needs a base_url.
    """

    addressed: ClassVar[bool] = False

    class Options(Authored):
        """No further keys."""

    def __init__(self, deployment: Deployment, services: Services) -> None:
        self.deployment = deployment
        self.services = services

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(  # noqa: B027 - most have nothing to release
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release what was opened."""

    @abstractmethod
    async def send(self, request: ChatRequest) -> ChatReply:
        """Give the deployment's reply; raises CallError and nothing else."""

    async def embed(self, request: EmbeddingRequest) -> EmbeddingReply:
        """Give a vector for each text; raises CallError, here because it offers none."""
        del request
        raise self._lacks("embeddings")

    async def moderate(self, request: ModerationRequest) -> ModerationReply:
        """Say whether a text is harmful; raises CallError, here because it cannot."""
        del request
        raise self._lacks("moderation")

    def _lacks(self, what: str) -> CallError:
        message = f"api {self.deployment.api!r} of {self.deployment.name!r} offers no {what}"
        return CallError(Fault(kind="config", message=message))
