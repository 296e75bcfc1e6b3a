"""Headers: what goes out, and what is kept of what comes back."""

from typing import Any

import pytest

from evalkit.model.chat import CallError
from evalkit.secrets import Secret
from evalkit.wire.headers import kept, outgoing


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\0b", "schl\u00fcssel"])
@pytest.mark.parametrize("setting", ["api_key", "headers"])
def test_a_value_that_no_header_can_carry_is_a_mistake_and_is_not_shown(
    wire: Any, setting: str, value: str
) -> None:
    secret = Secret(value, "KEY")
    given = {"api_key": secret} if setting == "api_key" else {"headers": {"x-key": secret}}

    with pytest.raises(CallError, match="variable KEY") as caught:
        outgoing(wire.deployment("http://host", **given), stream=False)

    assert caught.value.fault.kind == "config"
    assert value not in caught.value.fault.message


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "\u00fc"])
def test_a_name_that_is_none_is_a_mistake(wire: Any, name: str) -> None:
    with pytest.raises(CallError, match="no name for a header"):
        outgoing(wire.deployment("http://host", headers={name: "x"}), stream=False)


@pytest.mark.parametrize(("stream", "wanted"), [(True, "identity"), (False, "gzip, deflate")])
def test_a_stream_is_asked_for_uncompressed(wire: Any, wanted: str, *, stream: bool) -> None:
    headers = outgoing(wire.deployment("http://host"), stream=stream)

    assert headers["accept-encoding"] == wanted


def test_without_a_key_there_is_no_authorization(wire: Any) -> None:
    assert "authorization" not in outgoing(wire.deployment("http://host"), stream=False)


def test_only_safe_headers_are_kept_and_in_a_sanitised_form() -> None:
    headers = {
        "content-type": "application/json",
        "x-request-id": "r\x1b[31m1",
        "set-cookie": "session=1",
        "x-echo": "secret",
        "x-ratelimit-limit-requests": "60",
        "retry-after": "2",
    }

    assert kept(headers) == {
        "content-type": "application/json",
        "x-request-id": "r1",
        "x-ratelimit-limit-requests": "60",
        "retry-after": "2",
    }


def test_many_and_long_headers_are_cut() -> None:
    found = kept({f"x-ratelimit-{number}": "x" * 10_000 for number in range(1000)})

    assert len(found) == 40
    assert set(map(len, found.values())) == {200}
