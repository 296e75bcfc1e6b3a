"""The URL that requests go to, made of what an author wrote as `base_url`."""

from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from evalkit.model.chat import CallError, Fault


@lru_cache(maxsize=256)
def endpoint(base_url: str | None, path: str, query: str = "") -> SplitResult:
    """Give the URL of `path` below `base_url`; raises CallError of kind config.

    Its own query stays behind the path, then that of `path`, then `query`. The path is added once,
    also where it was written already; an empty one adds nothing.
    """
    if not base_url or not base_url.strip():
        raise _unusable("base_url is not set")
    try:
        url = urlsplit(base_url.strip())
        port = url.port
    except ValueError as error:
        raise _unusable(f"base_url is no URL: {error}") from None
    if url.scheme not in ("http", "https") or not url.hostname or port == 0:
        raise _unusable("base_url must be like https://host/v1")
    if url.username is not None or url.password is not None:
        raise _unusable("base_url holds credentials; put the key into api_key")
    if any(character.isspace() for character in base_url.strip()):
        raise _unusable("base_url holds a space")
    behind, _, asked = path.partition("?")
    added = f"/{behind.strip('/')}" if behind else ""
    base = url.path.rstrip("/").removesuffix(added) if added else url.path
    whole = "&".join(part for part in (url.query, asked, query) if part)
    return url._replace(path=base + added, query=whole, fragment="")


def place(url: SplitResult) -> str:
    """Give host and port, as a message names them."""
    port = url.port or (443 if url.scheme == "https" else 80)
    host = url.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _unusable(message: str) -> CallError:
    return CallError(Fault(kind="config", message=message))
