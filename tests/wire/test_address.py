"""The URL that requests go to."""

import pytest

from evalkit.wire.address import endpoint, place


@pytest.mark.parametrize(
    ("base_url", "path", "wanted"),
    [
        ("http://h/v1", "/chat/completions", "http://h/v1/chat/completions"),
        ("http://h/v1/", "/chat/completions", "http://h/v1/chat/completions"),
        (" http://h ", "/chat/completions", "http://h/chat/completions"),
        ("http://h/v1/chat/completions", "/chat/completions", "http://h/v1/chat/completions"),
        (
            "http://h/d?api-version=1",
            "/chat/completions",
            "http://h/d/chat/completions?api-version=1",
        ),
        ("http://h/v1#part", "/chat/completions", "http://h/v1/chat/completions"),
        ("http://h/v1", "/complete", "http://h/v1/complete"),
        ("http://h/v1", "", "http://h/v1"),
        ("http://h", "?q=1", "http://h?q=1"),
        ("http://h/v1?a=1", "ask?q=/x", "http://h/v1/ask?a=1&q=/x"),
        ("http://[::1]:8080/v1", "/chat/completions", "http://[::1]:8080/v1/chat/completions"),
    ],
)
def test_the_url_is_made_of_base_url_and_path(base_url: str, path: str, wanted: str) -> None:
    assert endpoint(base_url, path).geturl() == wanted


def test_a_profile_s_query_stands_behind_the_author_s_own() -> None:
    url = endpoint("http://h/v1?a=1", "/chat", "api-version=2")

    assert url.geturl() == "http://h/v1/chat?a=1&api-version=2"


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
    assert place(endpoint(base_url, "/embeddings")) == wanted
