"""The URL that requests go to."""

import pytest

from evalkit.wire.address import endpoint, place


@pytest.mark.parametrize(
    ("base_url", "path", "wanted"),
    [
        ("http://h/v1", None, "http://h/v1/chat/completions"),
        ("http://h/v1/", None, "http://h/v1/chat/completions"),
        (" http://h ", None, "http://h/chat/completions"),
        ("http://h/v1/chat/completions", None, "http://h/v1/chat/completions"),
        ("http://h/d?api-version=1", None, "http://h/d/chat/completions?api-version=1"),
        ("http://h/v1#part", None, "http://h/v1/chat/completions"),
        ("http://h/v1", "/complete", "http://h/v1/complete"),
        ("http://[::1]:8080/v1", None, "http://[::1]:8080/v1/chat/completions"),
    ],
)
def test_the_url_is_made_of_base_url_and_path(base_url: str, path: str | None, wanted: str) -> None:
    assert endpoint(base_url, path).geturl() == wanted


@pytest.mark.parametrize(
    ("base_url", "wanted"),
    [
        ("http://h", "h:80"),
        ("https://h/v1", "h:443"),
        ("http://h:8080", "h:8080"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_a_message_names_host_and_port(base_url: str, wanted: str) -> None:
    assert place(endpoint(base_url)) == wanted
