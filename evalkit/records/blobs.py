"""Attachments of a run, stored once each under the SHA-256 of their bytes."""

import hashlib
import re
from pathlib import Path

from evalkit.records.files import FOLDER_MODE, open_regular, sync_folder, write_bytes

MAX_BYTES = 64 * 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")


def store(folder: Path, sha256: str, data: bytes) -> None:
    """Keep the bytes; two processes may store the same ones at once. Raises OSError."""
    blobs = folder / "blobs"
    path = blobs / sha256
    if path.exists():
        return
    if not blobs.exists():
        blobs.mkdir(mode=FOLDER_MODE, exist_ok=True)
        sync_folder(folder)
    write_bytes(path, data)


def load(folder: Path, sha256: str) -> bytes:
    """Give the bytes; raises KeyError where they are missing, too large or not what was stored."""
    if not _SHA256.fullmatch(sha256):
        raise KeyError(f"{sha256!r} is no SHA-256")
    try:
        with open_regular(folder / "blobs" / sha256) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise KeyError(f"blob {sha256} is not stored") from error
    if len(data) > MAX_BYTES:
        raise KeyError(f"blob {sha256} has more than {MAX_BYTES} bytes")
    if hashlib.sha256(data).hexdigest() != sha256:
        raise KeyError(f"blob {sha256} does not hold the bytes it is named for")
    return data
