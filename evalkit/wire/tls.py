"""Whom a deployment's certificate may be signed by, and the certificate that is shown to it."""

import ssl
import sys
from importlib.util import find_spec

from evalkit.model.chat import CallError, Fault
from evalkit.model.deployment import ClientCert, Deployment

ANY_HOST = "localhost"
"""Any name: it is asked for by a handshake that is never held."""


def with_system(public: ssl.SSLContext) -> ssl.SSLContext:
    """Add the system's own store of certificates, where truststore is installed to read it.

    On Linux truststore loads the store anew for each connection, 20 ms of everybody's time; what it
    loaded once is taken instead. Elsewhere the system itself is asked, in each handshake.
    """
    if find_spec("truststore") is None:
        return public
    import truststore

    system: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform == "linux":
        shaken = system.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=ANY_HOST)
        system = shaken.context
    system.load_verify_locations(cadata=b"".join(public.get_ca_certs(binary_form=True)))
    return system


def equip(context: ssl.SSLContext, deployment: Deployment) -> None:
    """Add what a deployment itself names; raises CallError where that no longer fits."""
    if deployment.ca_file is not None:
        context.load_verify_locations(cadata=deployment.ca_file)
    if deployment.client_cert is not None:
        _show(context, deployment.client_cert)


def _show(context: ssl.SSLContext, shown: ClientCert) -> None:
    """Load a client certificate; with no password an empty one, lest the terminal be asked."""
    password = shown.password.reveal() if shown.password else ""
    try:
        context.load_cert_chain(shown.cert, shown.key, password)
    except (OSError, ValueError) as error:
        message = f"client_cert cannot be used: {shown.cert.name!r} has changed since it was loaded"
        raise CallError(Fault(kind="config", message=message)) from error
