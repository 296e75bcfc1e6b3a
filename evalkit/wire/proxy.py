"""Which proxy stands between here and a deployment: its own, or the environment's."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal, TypeAlias
from urllib.parse import SplitResult

from evalkit.model.chat import CallError, Fault
from evalkit.model.proxy import DIRECT, Proxy
from evalkit.secrets import Secret

PORTS = {"http": 80, "https": 443}
EVERY = "all_proxy"
VARIABLES = (*(f"{scheme}_proxy" for scheme in PORTS), EVERY)
EXCEPT = "no_proxy"
EVERYWHERE = "*"

Address: TypeAlias = IPv4Address | IPv6Address


def choose(
    url: SplitResult, own: Proxy | Literal["none"] | None, environ: Mapping[str, str]
) -> Proxy | None:
    """Give the proxy on the way to `url`, None where there is none; a deployment's `own` wins.

    The environment's is never used for this machine itself, nor for what NO_PROXY names. Raises
    CallError of kind config where it names one that cannot be used.
    """
    if isinstance(own, Proxy):
        return own
    host = (url.hostname or "").rstrip(".")
    port = url.port or PORTS.get(url.scheme, 0)
    if own == DIRECT or _is_here(host) or _is_excepted(host, port, _value(EXCEPT, environ)[1]):
        return None
    for variable in (f"{url.scheme}_proxy", EVERY):
        name, written = _value(variable, environ)
        if written:
            return _named(name, written)
    return None


def secrets(environ: Mapping[str, str]) -> Iterator[Secret]:
    """Give the credentials of the proxies that an environment names."""
    for variable in VARIABLES:
        for name in (variable, variable.upper()):
            with suppress(ValueError):
                yield from Proxy.parse(environ.get(name, ""), name).secrets


def _value(variable: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Give the name that is set, small letters first, and what it holds."""
    name = variable if variable in environ else variable.upper()
    return name, environ.get(name, "").strip()


def _named(name: str, written: str) -> Proxy:
    try:
        return Proxy.parse(written, name)
    except ValueError as error:
        hint = "set it otherwise, or write proxy: none on the deployment"
        message = f"the proxy of the variable {name} {error}; {hint}"
        raise CallError(Fault(kind="config", message=message)) from None


def _is_here(host: str) -> bool:
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return host.lower() == "localhost" or host.lower().endswith(".localhost")


def _is_excepted(host: str, port: int, written: str) -> bool:
    words = written.replace(",", " ").lower().split()
    return any(_covers(word, host.lower(), port) for word in words)


def _covers(word: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY is for a host: a domain and all below it, or addresses."""
    if word == EVERYWHERE:
        return True
    name, wanted = _split(word)
    if wanted is not None and wanted != port:
        return False
    address = _address(host)
    if address is not None:
        return _holds(name, address)
    domain = name.removeprefix("*").strip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _split(word: str) -> tuple[str, int | None]:
    """Tell a port at the end from what stands before it, also behind an address in brackets."""
    name, colon, digits = word.rpartition(":")
    if not colon or not digits.isdecimal() or (":" in name and not name.endswith("]")):
        name, digits = word, ""
    return name.removeprefix("[").removesuffix("]"), int(digits) if digits else None


def _holds(name: str, address: Address) -> bool:
    try:
        return address in ip_network(name, strict=False)
    except ValueError:
        return False


def _address(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
