"""The way to a deployment: certificates found below the root, and proxies."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from evalkit.errors import Mistakes
from evalkit.loader.load import load
from evalkit.model.deployment import Deployment
from evalkit.model.proxy import Proxy
from evalkit.secrets import Secret

SUITE = """
deployments:
  main:
    base_url: https://api.example.com/v1
    {}
conversations:
  - id: one
    turns: [{{user: hello, expect: [{{contains: hi}}]}}]
"""
PASSWORD = b"open sesame"
WORD = {"WORD": PASSWORD.decode()}


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes]:
    """Give what the folder of certificates holds."""
    company, stranger = trustme.CA(), trustme.CA()
    issued = company.issue_cert("me@company.example")
    cert, key = issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes()
    lock = BestAvailableEncryption(PASSWORD)
    opened = load_pem_private_key(key, None)
    return {
        "company.pem": "Größte Firma\n".encode() + company.cert_pem.bytes() + key,
        "damaged.pem": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        "binary.crt": b"\x30\x82\x01\x01",
        "none.pem": b"hello",
        "me.pem": cert,
        "me.key": key,
        "both.pem": key + cert,
        "locked.key": opened.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock),
        "old.key": opened.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, lock),
        "other.key": stranger.issue_cert("me").private_key_pem.bytes(),
        "damaged.key": b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    }


@pytest.fixture
def root(tmp_path: Path, files: Mapping[str, bytes]) -> Path:
    folder = tmp_path / "suites" / "certs"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return tmp_path


Resolve = Callable[[str, Mapping[str, str]], Deployment]
Told = Callable[..., list[str]]


@pytest.fixture
def resolve(root: Path) -> Resolve:
    """Resolve a deployment that has one more line."""

    def resolve(line: str, environ: Mapping[str, str]) -> Deployment:
        path = root / "suites" / "a.yaml"
        path.write_text(SUITE.format(line), encoding="utf-8")
        loaded = load(root, [path])
        if loaded.mistakes:
            raise Mistakes(loaded.mistakes)
        return loaded.suites[0].deployments[0].resolve(environ)

    return resolve


@pytest.fixture
def told(resolve: Resolve) -> Told:
    """Tell what is wrong with a deployment that has one more line, the fifth."""

    def told(line: str, environ: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(Mistakes) as caught:
            resolve(line, environ or {})
        assert "sesame" not in str(caught.value)
        found = caught.value.mistakes
        return [
            " | ".join((f"{one.span.line}:{one.span.column} {one.message}", *one.hints))
            for one in found
        ]

    return told


def test_of_a_ca_file_nothing_but_its_certificates_is_kept(
    resolve: Resolve, files: Mapping[str, bytes]
) -> None:
    kept = resolve("ca_file: certs/company.pem", {}).ca_file

    assert kept
    assert kept in files["company.pem"].decode()
    assert kept.startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in kept


def test_a_ca_file_may_be_named_by_a_variable(resolve: Resolve) -> None:
    assert resolve("ca_file: ${CA}", {"CA": "certs/company.pem"}).ca_file


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("ca_file: certs/compani.pem", "5:14 there is no file 'certs/compani.pem' | did you mean"),
        ("ca_file: certs", "5:14 'certs' is a folder"),
        ("ca_file: ../../company.pem", "5:14 '../../company.pem' lies outside the root"),
        ("ca_file: /etc/ssl/company.pem", "5:14 '/etc/ssl/company.pem' is no relative path"),
        ("ca_file: certs/none.pem", "5:14 'certs/none.pem' holds no certificate in PEM"),
        ("ca_file: certs/binary.crt", "5:14 'certs/binary.crt' holds no certificate in PEM | it"),
        ("ca_file: certs/damaged.pem", "5:14 'certs/damaged.pem' holds a certificate that is dam"),
        ("ca_file: [a]", "5:14 'ca_file' must be a path, not a list"),
        ("client_cert: certs/me.pem", "5:18 'client_cert' must be a mapping, not 'certs/me.pem'"),
        ("client_cert: {key: certs/me.key}", "5:18 missing key 'cert'"),
        ("client_cert: {cert: certs/both.pem, kee: a}", "5:41 unknown key 'kee' | "),
        ("client_cert: {cert: certs/me.pem}", "5:25 'certs/me.pem' holds no private key in PEM |"),
        (
            "client_cert: {cert: certs/me.pem, key: certs/other.key}",
            "5:44 the key in 'certs/other.key' does not belong to 'certs/me.pem'",
        ),
        (
            "client_cert: {cert: certs/me.pem, key: certs/damaged.key}",
            "5:44 'certs/me.pem' or 'certs/damaged.key' is damaged",
        ),
        (
            "client_cert: {cert: certs/me.pem, key: certs/locked.key}",
            "5:44 the key in 'certs/locked.key' is locked by a password | name a variable",
        ),
        (
            "client_cert: {cert: certs/me.pem, key: certs/locked.key, password: open sesame}",
            "5:72 a password must not be written into a suite | name a variable: password:",
        ),
        (
            "client_cert: {cert: certs/me.pem, key: certs/old.key, password: '${W:-open sesame}'}",
            "5:69 a password must not be written into a suite",
        ),
        ("proxy: socks5://host:1080", "5:12 'proxy' is a socks5:// one; only http:// proxies"),
        (
            "proxy: http://",
            "5:12 'proxy' is no proxy that can be used, such as http://host:3128 | ",
        ),
        ("proxy: http://me:open-sesame@host", "5:12 a password must not be written into a suite"),
        ("proxy: http://sesame@host:1", "5:12 a password must not be written into a suite"),
        ("proxy: [a]", "5:12 'proxy' must be text, not a list"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_place_when_a_suite_is_loaded(
    told: Told, line: str, mistake: str
) -> None:
    assert told(line)[0].startswith(mistake)


@pytest.mark.parametrize(
    ("line", "environ", "mistake"),
    [
        ("proxy: ${P}", {"P": "socks5://me:sesame@host"}, "5:12 'proxy' is a socks5:// one"),
        ("ca_file: ${P}", {"P": "certs/none.pem"}, "5:14 'certs/none.pem' holds no certificate"),
        (
            "client_cert: {cert: certs/me.pem, key: certs/locked.key, password: '${P}'}",
            {"P": "sesame open"},
            "5:44 the password in P does not open the key in 'certs/locked.key'",
        ),
    ],
)
def test_what_a_variable_holds_is_told_where_it_is_named(
    told: Told, line: str, environ: Mapping[str, str], mistake: str
) -> None:
    assert told(line, environ)[0].startswith(mistake)


@pytest.mark.parametrize("key", ["locked.key", "old.key"])
def test_a_locked_key_is_opened_by_a_secret_of_the_environment(
    resolve: Resolve, root: Path, key: str
) -> None:
    line = f"client_cert: {{cert: certs/me.pem, key: certs/{key}, password: '${{WORD}}'}}"

    shown = resolve(line, WORD).client_cert

    assert shown
    assert shown.key == (root / "suites/certs" / key).resolve()
    assert isinstance(shown.password, Secret)
    assert "sesame" not in repr(shown)


def test_a_certificate_may_bring_its_key_along(resolve: Resolve) -> None:
    shown = resolve("client_cert: {cert: certs/both.pem}", {}).client_cert

    assert shown
    assert shown.key == shown.cert


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("http://host:3128", "host:3128"),
        ("${P}", "me.example:8080"),
        ("http://${USER}:${WORD}@host:1", "host:1"),
        ("${UNSET:-host:1}", "host:1"),
    ],
)
def test_a_proxy_is_written_down_or_named_by_a_variable(
    resolve: Resolve, written: str, place: str
) -> None:
    environ = {"P": "http://me:sesame@me.example:8080", "USER": "me", "WORD": "sesame"}

    proxy = resolve(f'proxy: "{written}"', environ).proxy

    assert isinstance(proxy, Proxy)
    assert proxy.place == place
    assert "sesame" not in repr(proxy)


@pytest.mark.parametrize(("written", "meant"), [("none", "none"), ("NONE", "none"), ("null", None)])
def test_none_goes_without_a_proxy_and_null_leaves_it_to_the_environment(
    resolve: Resolve, written: str, meant: str | None
) -> None:
    assert resolve(f"proxy: {written}", {}).proxy == meant
