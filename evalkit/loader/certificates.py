"""Certificates that a deployment names: found below the root, and seen to be of use."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evalkit.loader.context import Context
from evalkit.loader.nodes import Node, Scalar
from evalkit.loader.paths import Unreadable, locate, read_bytes
from evalkit.loader.tree import text_of
from evalkit.loader.variables import fill, is_open
from evalkit.loader.wording import found as describe

CERTIFICATE: Final = re.compile(
    rb"-----BEGIN ((?:X509 )?CERTIFICATE)-----[\sA-Za-z0-9+/=]+-----END \1-----"
)
BINARY: Final = b"\x30\x82"
"""How a certificate begins that is in DER, and no text."""

CONVERT: Final = "it is in DER: openssl x509 -inform der -in FILE -out FILE.pem makes it PEM"


@dataclass(frozen=True)
class File:
    """A file that was named at `node`, and what it holds."""

    node: Scalar
    written: str
    path: Path
    data: bytes


@dataclass(frozen=True)
class Files:
    """Reads the files that a deployment names, where they are no mistake, which is noted.

    Until it is `filled`, what waits for a variable is passed over.
    """

    context: Context
    environ: Mapping[str, str]
    filled: bool

    def waits(self, node: Node) -> bool:
        return not self.filled and is_open(node)

    def read(self, key: str, node: Node) -> File | None:
        """Read a file below the root."""
        if self.waits(node):
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.refuse(node, f"{key!r} must be a path, not {describe(node)}")
            return None
        written = fill(text_of(node), self.environ)
        try:
            path = locate(self.context.sources.root, node.span.file, written)
            return File(node, written, path, read_bytes(path, written))
        except Unreadable as error:
            self.refuse(node, str(error), *error.hints)
            return None

    def certified(self, key: str, node: Node) -> File | None:
        """Read a file that must hold a certificate."""
        file = self.read(key, node)
        if file is None or CERTIFICATE.search(file.data):
            return file
        hints = (CONVERT,) if file.data.startswith(BINARY) else ()
        self.refuse(node, f"{file.written!r} holds no certificate in PEM", *hints)
        return None

    def refuse(self, node: Node, message: str, *hints: str) -> None:
        self.context.found.add(node.span, message, *hints)


def read_authorities(node: Node, files: Files) -> str | None:
    """Give the certificates of a `ca_file` and nothing else of it, as PEM."""
    file = files.certified("ca_file", node)
    if file is None:
        return None
    found = "\n".join(match[0].decode("ascii") for match in CERTIFICATE.finditer(file.data))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except ssl.SSLError:
        files.refuse(node, f"{file.written!r} holds a certificate that is damaged")
        return None
    return found
