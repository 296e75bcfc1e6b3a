"""Pictures in the page: each embedded once, as the bytes that its magic number says it is."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from evalkit.model.chat import Attachment
from evalkit.report.text import size

MAX_PICTURE = 2 * 1024 * 1024
MAX_PICTURES = 4 * 1024 * 1024
"""How many bytes one picture may have to be embedded, and all of them together."""

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """An attachment as shown: `uri` where it is embedded right here, `note` where it is nowhere."""

    name: str
    sha256: str
    uri: str | None = None
    note: str = ""


class Gallery:
    """Hands out each picture's bytes once; `rest` are those whose first use is rendered later.

    While `later` is set, what is rendered is not part of the page as it opens, so the bytes go to
    `rest`, from where the page's script takes them.
    """

    def __init__(self, blob: Callable[[str], bytes]) -> None:
        self.later = False
        self.rest: dict[str, str] = {}
        self._blob = blob
        self._known: dict[str, Picture] = {}
        self._used = 0

    def show(self, attachment: Attachment) -> Picture:
        """Give what stands at this use of the attachment."""
        known = self._known.get(attachment.sha256)
        if known is None:
            known = self._load(attachment)
            self._known[attachment.sha256] = Picture(known.name, known.sha256, note=known.note)
            if known.uri and not self.later:
                return known
            if known.uri:
                self.rest[known.sha256] = known.uri
        return Picture(attachment.name, attachment.sha256, note=known.note)

    def _load(self, attachment: Attachment) -> Picture:
        try:
            data = self._blob(attachment.sha256)
        except KeyError:
            return self._named(attachment, "not in the record")
        media_type = sniff(data)
        if media_type is None:
            return self._named(attachment, "not a picture that this page shows")
        if len(data) > MAX_PICTURE or self._used + len(data) > MAX_PICTURES:
            return self._named(attachment, f"too large for this page: blobs/{attachment.sha256}")
        self._used += len(data)
        uri = f"data:{media_type};base64,{b64encode(data).decode('ascii')}"
        return Picture(attachment.name, attachment.sha256, uri)

    def _named(self, attachment: Attachment, why: str) -> Picture:
        note = f"{attachment.media_type}, {size(attachment.size)}, {why}"
        return Picture(attachment.name, attachment.sha256, note=note)


def sniff(data: bytes) -> str | None:
    """Tell the media type of a png, jpeg, gif or webp by its first bytes, and of nothing else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((name for magic, name in _MAGIC.items() if data.startswith(magic)), None)
