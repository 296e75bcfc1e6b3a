"""Places in flight that several processes share, where there are fewer than processes."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from hashlib import sha256
from pathlib import Path

from evalkit.model.api import Share
from evalkit.model.deployment import Deployment

NAP = 0.02
"""Seconds between two looks for a free place."""


class Slots:
    """As many places as lock files: whoever holds the lock of one has the place.

    The system gives a lock back when its process ends, however it ends.
    """

    def __init__(self, folder: Path, name: str, count: int) -> None:
        self._folder = folder
        self._paths = [folder / f"{name}.{number}" for number in range(count)]

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold one of the places."""
        while (descriptor := self._try()) is None:  # noqa: ASYNC110 - no process tells that it left
            await asyncio.sleep(NAP)
        try:
            yield
        finally:
            os.close(descriptor)

    def _try(self) -> int | None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._paths:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                return descriptor
        return None


class Open:
    """Places that nobody shares."""

    def place(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


def places(deployment: Deployment, share: Share) -> int:
    """Give this process's part of a deployment's places, at least one."""
    whole, rest = divmod(deployment.limits.places, share.processes)
    return max(1, whole + (share.index < rest))


def shared(deployment: Deployment, share: Share) -> Slots | Open:
    """Give what more than one process's requests have to pass."""
    count = deployment.limits.places
    if count >= share.processes or share.folder is None:
        return Open()
    defined = f"{deployment.name} {deployment.span}"
    return Slots(share.folder, sha256(defined.encode()).hexdigest()[:16], count)
