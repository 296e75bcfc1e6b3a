"""A probe from deployments to findings: the loop that it runs on, and the secrets it keeps."""

import asyncio
import os
from collections.abc import Sequence
from itertools import chain
from urllib.parse import urlsplit

from evalkit.errors import UsageError
from evalkit.harness import header
from evalkit.model.conformance import Conformance
from evalkit.model.deployment import Deployment
from evalkit.probe.examination import Errand, examine
from evalkit.secrets import Redactor
from evalkit.wire import proxy


def picture(url: str | None) -> str | None:
    """Give the URL of a picture; raises UsageError where none can be fetched by it."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:
        sound = False
    if not sound:
        hint = "write https://example.com/picture.png, which the deployment itself fetches"
        raise UsageError(f"--image-url is no URL: {url!r}\n  hint: {hint}")
    return url


def examine_all(deployments: Sequence[Deployment], image_url: str | None) -> list[Conformance]:
    """Probe deployments at once, each within its own time."""
    secrets = chain(header.secrets(deployments), proxy.secrets(os.environ))
    errand = Errand(os.environ, Redactor(secrets), image_url)
    return asyncio.run(_examine(deployments, errand))


async def _examine(deployments: Sequence[Deployment], errand: Errand) -> list[Conformance]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(examine(one, errand)) for one in deployments]
    return [task.result() for task in tasks]
