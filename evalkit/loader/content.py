"""Attachments: checked when a suite is loaded, read again when a message is first sent."""

import base64
import re
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from evalkit.loader.media import Kind, recognise
from evalkit.loader.paths import MOST_BYTES, Unreadable, locate, read_bytes, too_large
from evalkit.model.chat import Attachment, CallError, Fault

DATA_URI: Final = re.compile(r"data:([^;,]*)((?:;[^;,]*)*),(.*)", re.DOTALL | re.IGNORECASE)
SHOWN: Final = 40
MOST_CACHED: Final = 64_000_000
"""Characters of base64 that are kept."""


class Attachments:
    """The attachments of the suites below `root`, by reference; data URIs are kept whole."""

    def __init__(self, root: Path, most_cached: int = MOST_CACHED) -> None:
        self._root = root
        self._most = most_cached
        self._inline: dict[str, bytes] = {}
        self._encoded: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def take(self, written: str, beside: str, kind: Kind) -> Attachment:
        """Check a path or data URI that stands in the file `beside`; raises Unreadable."""
        if written[:5].lower() == "data:":
            return self._take_inline(written, kind)
        path = locate(self._root, beside, written)
        data = read_bytes(path, written)
        name = path.relative_to(self._root.resolve()).as_posix()
        return _reference(name, recognise(data, kind, written), data)

    def read(self, attachment: Attachment) -> bytes:
        """Give the bytes; raises CallError where the file is not what was checked."""
        if attachment.sha256 in self._inline:
            return self._inline[attachment.sha256]
        try:
            path = locate(self._root, "", attachment.name)
            data = read_bytes(path, attachment.name)
        except Unreadable as error:
            raise CallError(Fault(kind="config", message=str(error))) from error
        if sha256(data).hexdigest() != attachment.sha256:
            message = f"{attachment.name!r} has changed since the suite was loaded"
            raise CallError(Fault(kind="config", message=message))
        return data

    def base64(self, attachment: Attachment) -> str:
        """Give the bytes as base64, encoded once while they are among those used last."""
        with self._lock:
            if attachment.sha256 in self._encoded:
                self._encoded.move_to_end(attachment.sha256)
                return self._encoded[attachment.sha256]
        text = base64.b64encode(self.read(attachment)).decode("ascii")
        with self._lock:
            self._encoded[attachment.sha256] = text
            while sum(map(len, self._encoded.values())) > self._most:
                self._encoded.popitem(last=False)
        return text

    def _take_inline(self, written: str, kind: Kind) -> Attachment:
        name = f"{written[:SHOWN]}…" if len(written) > SHOWN else written
        match = DATA_URI.fullmatch(written)
        if match is None or match[2].rpartition(";")[2].lower() != "base64":
            raise Unreadable(
                f"{name!r} is no data URI in base64", "write data:image/png;base64,DATA"
            )
        try:
            data = base64.b64decode(match[3], validate=True)
        except ValueError as error:
            raise Unreadable(f"{name!r} does not hold base64") from error
        if len(data) > MOST_BYTES:
            raise Unreadable(too_large(name, len(data)))
        media_type = recognise(data, kind, name)
        if match[1].lower() != media_type:
            raise Unreadable(f"{name!r} says {match[1]!r} but holds {media_type!r}")
        attachment = _reference(name, media_type, data)
        self._inline[attachment.sha256] = data
        return attachment


def _reference(name: str, media_type: str, data: bytes) -> Attachment:
    return Attachment(
        name=name, media_type=media_type, size=len(data), sha256=sha256(data).hexdigest()
    )
