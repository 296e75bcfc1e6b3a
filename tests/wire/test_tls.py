"""Certificates over real sockets: which are refused and why, and what makes them pass."""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

from evalkit.model.deployment import ClientCert
from evalkit.wire.http import trusted

COMPLETION = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}]}'
HERE = "127.0.0.1"


@dataclass(frozen=True)
class Authority:
    """A certificate authority that nobody knows, and what it signs."""

    signer: trustme.CA

    @property
    def pem(self) -> str:
        return self.signer.cert_pem.bytes().decode()

    def server(self, *hosts: str, **terms: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.signer.issue_cert(*(hosts or (HERE,)), **terms).configure_cert(context)
        return context

    def demanding(self, newest: ssl.TLSVersion) -> ssl.SSLContext:
        """Give a server that asks for a certificate of this authority."""
        context = self.server()
        context.maximum_version = newest
        context.verify_mode = ssl.CERT_REQUIRED
        self.signer.configure_trust(context)
        return context

    def client(self, folder: Path) -> ClientCert:
        """Write a certificate for a client, and its key into a file of its own."""
        issued = self.signer.issue_cert("me@company.example")
        issued.cert_chain_pems[0].write_to_path(folder / "me.pem")
        issued.private_key_pem.write_to_path(folder / "me.key")
        return ClientCert(cert=folder / "me.pem", key=folder / "me.key")


@pytest.fixture(scope="module")
def company() -> Authority:
    return Authority(trustme.CA(organization_name="Company"))


@pytest.fixture(scope="module")
def stranger() -> Authority:
    return Authority(trustme.CA(organization_name="Stranger"))


def reached(wire: Any, tls: ssl.SSLContext, **settings: Any) -> Any:
    """Call a server that answers with a completion."""

    async def run() -> Any:
        handler = wire.sending(wire.response(200, COMPLETION))
        async with wire.server(handler, tls) as server:
            return await wire.reach(server.base_url, **settings)

    return asyncio.run(run())


def test_a_certificate_of_an_unknown_authority_is_refused_with_a_hint_at_ca_file(
    wire: Any, company: Authority
) -> None:
    found = reached(wire, company.server())

    assert found.kind == "config"
    assert "the certificate of 127.0.0.1:" in found.message
    assert "unable to get local issuer certificate" in found.message
    assert found.message.endswith("name the authority that signed it: ca_file: PATH")


def test_a_certificate_that_signs_itself_is_refused_with_a_hint_at_ca_file(
    wire: Any, company: Authority, tmp_path: Path
) -> None:
    itself = tmp_path / "itself.pem"
    company.signer.private_key_pem.write_to_path(itself)
    company.signer.cert_pem.write_to_path(itself, append=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(itself)

    found = reached(wire, context)

    assert found.kind == "config"
    assert "self-signed certificate" in found.message.replace("self signed", "self-signed")
    assert "ca_file: PATH" in found.message


def test_an_expired_certificate_is_refused_although_its_authority_is_known(
    wire: Any, company: Authority
) -> None:
    terms = {
        "not_before": datetime(2020, 1, 1, tzinfo=UTC),
        "not_after": datetime(2021, 1, 1, tzinfo=UTC),
    }

    found = reached(wire, company.server(**terms), ca_file=company.pem)

    assert found.kind == "config"
    assert "certificate has expired; it has to be renewed there, no ca_file" in found.message


def test_a_certificate_for_another_host_is_refused_although_its_authority_is_known(
    wire: Any, company: Authority
) -> None:
    found = reached(wire, company.server("other.example"), ca_file=company.pem)

    assert found.kind == "config"
    assert "not valid for '127.0.0.1'; base_url must name a host" in found.message


def test_ca_file_makes_its_authority_known(wire: Any, company: Authority) -> None:
    assert "Hi" in reached(wire, company.server(), ca_file=company.pem)


def test_ca_file_makes_no_other_authority_known(
    wire: Any, company: Authority, stranger: Authority
) -> None:
    assert reached(wire, stranger.server(), ca_file=company.pem).kind == "config"


def test_ca_file_counts_for_its_own_deployment_alone(wire: Any, company: Authority) -> None:
    reached(wire, company.server(), ca_file=company.pem)

    assert reached(wire, company.server()).kind == "config"


def test_a_refused_certificate_is_not_tried_again(wire: Any, company: Authority) -> None:
    async def run() -> Any:
        async with wire.server(wire.sending(b""), company.server()) as server:
            return await wire.answer(server.base_url), server.requests

    found, requests = asyncio.run(run())

    assert len(found.tries) == 1
    assert requests == []


def test_the_context_of_the_process_knows_the_public_authorities_alone(
    wire: Any, company: Authority
) -> None:
    reached(wire, company.server(), ca_file=company.pem)

    assert len(trusted().get_ca_certs()) > 100
    known = trusted().get_ca_certs(binary_form=True)
    assert company.pem not in map(ssl.DER_cert_to_PEM_cert, known)


def test_a_client_certificate_opens_a_server_that_asks_for_one(
    wire: Any, company: Authority, tmp_path: Path
) -> None:
    tls = company.demanding(ssl.TLSVersion.TLSv1_3)

    found = reached(wire, tls, ca_file=company.pem, client_cert=company.client(tmp_path))

    assert "Hi" in found


def test_a_client_certificate_that_is_gone_is_a_fault_of_each_call(
    wire: Any, company: Authority, tmp_path: Path
) -> None:
    shown = company.client(tmp_path)
    shown.cert.unlink()

    found = reached(wire, company.server(), ca_file=company.pem, client_cert=shown)

    assert found.kind == "config"
    assert "client_cert cannot be used: 'me.pem' has changed" in found.message


class Patient:
    """A server that fails in its handshake, and reads on until the client has left.

    Were it to leave first, its word on what it lacks could be lost with the connection.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls

    def serve(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        kept = connection.dup()
        with (
            self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            ) as spoken,
            kept,
        ):
            with pytest.raises(ssl.SSLError):
                spoken.do_handshake()
            while kept.recv(4096):
                continue


def refused_by(wire: Any, tls: ssl.SSLContext, **settings: Any) -> Any:
    with socket.create_server((HERE, 0)) as listener:
        thread = Thread(target=Patient(tls).serve, args=(listener,))
        thread.start()
        base_url = f"https://{HERE}:{listener.getsockname()[1]}/v1"
        found = asyncio.run(wire.reach(base_url, **settings))
        thread.join()
    return found


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_asks_for_a_client_certificate_is_told_of(
    wire: Any, company: Authority, newest: ssl.TLSVersion
) -> None:
    found = refused_by(wire, company.demanding(newest), ca_file=company.pem)

    assert found.kind == "config"
    assert "does it ask for a client certificate?" in found.message
    assert "client_cert: {cert: PATH}" in found.message


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_of_another_authority_is_told_of(
    wire: Any, company: Authority, stranger: Authority, tmp_path: Path, newest: ssl.TLSVersion
) -> None:
    shown = stranger.client(tmp_path)
    tls = company.demanding(newest)

    found = refused_by(wire, tls, ca_file=company.pem, client_cert=shown)

    assert found.kind == "config"
    assert "refuses the client certificate" in found.message


@pytest.mark.parametrize("read", [0, 4096], ids=["reset", "end of file"])
def test_a_server_that_leaves_in_the_handshake_may_be_tried_again(wire: Any, read: int) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(read)
        writer.close()

    async def run() -> Any:
        async with await asyncio.start_server(leave, HERE, 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await wire.reach(f"https://{HERE}:{port}/v1")

    found = asyncio.run(run())

    assert found.kind == "connect"
    assert "the TLS handshake with 127.0.0.1:" in found.message


def test_a_plain_url_of_a_tls_port_is_told_by_its_silence_or_by_its_alert(
    wire: Any, company: Authority
) -> None:
    async def run() -> Any:
        async with wire.server(wire.sending(b""), company.server()) as server:
            return await wire.reach(server.base_url.replace("https:", "http:"))

    assert asyncio.run(run()).message.endswith("should base_url begin with https://?")
