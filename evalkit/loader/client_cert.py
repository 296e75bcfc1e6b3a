"""The certificate and key that a deployment shows to a server that asks who calls."""

import re
import ssl
from typing import Final

from evalkit.loader.certificates import File, Files
from evalkit.loader.credentials import INLINE_PASSWORD
from evalkit.loader.fields import keys_of
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.tree import text_of
from evalkit.loader.variables import VARIABLE, fill
from evalkit.loader.wording import found as describe
from evalkit.model.deployment import ClientCert
from evalkit.secrets import Secret

KEY: Final = re.compile(rb"-----BEGIN (?:[A-Z]{1,20} )?PRIVATE KEY-----")
LOCKED: Final = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED")
NAME_IT: Final = "name a variable: password: ${MY_KEY_PASSWORD}"
MISMATCH: Final = "KEY_VALUES_MISMATCH"


def read_client_cert(node: Node, files: Files) -> ClientCert | None:
    """Give what `client_cert` names; None where it waits, or is wrong, which is noted."""
    if not isinstance(node, Table):
        message = f"'client_cert' must be a mapping, not {describe(node)}"
        files.refuse(node, message, "write client_cert: {cert: PATH, key: PATH}")
        return None
    table = refuse_unknown(node, keys_of(ClientCert), files.context.found)
    if "cert" not in table.entries:
        files.refuse(node, "missing key 'cert'")
        return None
    cert = files.certified("cert", table.entries["cert"])
    key = files.read("key", table.entries["key"]) if "key" in table.entries else cert
    before = len(files.context.found.mistakes)
    password = _password(table, files)
    wrong = len(files.context.found.mistakes) > before
    if wrong or cert is None or key is None or not _opens(cert, key, password, files):
        return None
    return ClientCert(cert=cert.path, key=key.path, password=password)


def _password(table: Table, files: Files) -> Secret | None:
    """Give the password; empty while its variable waits, and refused where it is written down."""
    node = table.entries.get("password")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if not isinstance(node, Scalar):
        files.refuse(node, f"'password' must be text, not {describe(node)}")
        return None
    written = text_of(node)
    variable, kept = VARIABLE.search(written), fill(written, {})
    if variable is None or kept:
        files.context.found.hide(kept)
        files.refuse(node, INLINE_PASSWORD, NAME_IT)
        return None
    return Secret(fill(written, files.environ), variable[1])


def _opens(cert: File, key: File, password: Secret | None, files: Files) -> bool:
    """Whether the key is there, can be opened and belongs to the certificate."""
    if not KEY.search(key.data):
        hints = ("name the file that holds it: key: PATH",) if key is cert else ()
        files.refuse(key.node, f"{key.written!r} holds no private key in PEM", *hints)
        return False
    locked = LOCKED.search(key.data) is not None
    if locked and password is None:
        files.refuse(key.node, f"the key in {key.written!r} is locked by a password", NAME_IT)
        return False
    if locked and not files.filled:
        return True
    return _loads(cert, key, password, files)


def _loads(cert: File, key: File, password: Secret | None, files: Files) -> bool:
    opened = password.reveal() if password else ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert.path, key.path, opened)
    except (OSError, ValueError) as error:
        files.refuse(key.node, _why(error, cert, key, password))
        return False
    return True


def _why(error: Exception, cert: File, key: File, password: Secret | None) -> str:
    if isinstance(error, ssl.SSLError) and error.reason == MISMATCH:
        return f"the key in {key.written!r} does not belong to {cert.written!r}"
    if password is not None and LOCKED.search(key.data):
        return f"the password in {password.name} does not open the key in {key.written!r}"
    what = repr(cert.written) if key is cert else f"{cert.written!r} or {key.written!r}"
    return f"{what} is damaged"
