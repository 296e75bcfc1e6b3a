"""Error statuses and envelopes, as kinds and words."""

import json
from typing import Any

import pytest

from evalkit.dialect import envelope
from evalkit.dialect.asked import Asked
from evalkit.dialect.faults import by_status, refused, reported
from evalkit.dialect.head import Head
from evalkit.model.chat import ChatReply, Fault

ASKED = Asked(host="host:80", key="KEY")


def refusal(status: int, body: Any, asked: Asked = ASKED) -> Fault:
    text = body if isinstance(body, str) else json.dumps(body)
    return refused(asked, Head(status), envelope.find_in_text(text)).fault


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *[(status, "server") for status in (408, 409, 425, 500, 501, 502, 503, 504, 505, 511)],
        *[(status, "server") for status in (520, 524, 529)],
        *[(status, "bad_request") for status in (400, 405, 410, 413, 415, 422)],
        (401, "auth"),
        (402, "quota"),
        (403, "auth"),
        (404, "not_found"),
        (429, "rate_limit"),
    ],
)
def test_a_status_has_its_kind(status: int, kind: str) -> None:
    assert by_status(status) == kind


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, {"code": "insufficient_quota", "message": "m"}, "quota"),
        (403, {"code": "billing_hard_limit_reached", "message": "m"}, "quota"),
        (429, {"type": "billing_not_active", "message": "m"}, "quota"),
        (429, {"message": "You exceeded your current quota, please check"}, "quota"),
        (429, {"message": "quota"}, "rate_limit"),
        (500, {"code": "insufficient_quota", "message": "m"}, "server"),
    ],
)
def test_a_used_up_quota_is_told_from_a_rate_limit(
    status: int, error: dict[str, str], kind: str
) -> None:
    assert refusal(status, {"error": error}).kind == kind


def test_a_used_up_quota_is_also_read_where_the_error_comes_as_an_event() -> None:
    event = 'data: {"error": {"code": "insufficient_quota", "message": "m"}}'

    assert refusal(429, event).kind == "quota"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"error": {"message": "m1"}}, "m1", id="OpenAI"),
        pytest.param({"error": "m1"}, "m1", id="text"),
        pytest.param({"error": "m1", "message": "m2"}, "m1; m2", id="text and message"),
        pytest.param({"detail": "m1"}, "m1", id="detail"),
        pytest.param(
            {"detail": [{"loc": ["body", "n"], "msg": "m1"}]}, "body.n: m1", id="detail list"
        ),
        pytest.param({"error_code": "E", "message": "m1"}, "m1", id="error_code"),
        pytest.param({"code": 4, "message": "m1"}, "m1", id="flat"),
        pytest.param([{"error": {"message": "m1"}}], "m1", id="list"),
        pytest.param({"description": '{"message": "m1"}'}, "m1", id="JSON in a string"),
        pytest.param(
            {"error": {"message": "m1", "param": "top_p"}}, "m1 (param top_p)", id="param"
        ),
        pytest.param(
            {"error": {"message": "m1", "metadata": {"raw": "m2", "provider_name": "P"}}},
            "m1; P: m2",
            id="router",
        ),
        pytest.param("m1", "m1", id="plain text"),
        pytest.param('data: {"error": {"message": "m1"}}\n\n', "m1", id="an event"),
        pytest.param(
            ': ping\r\nid: 1\r\nevent: error\r\ndata:{"error": "m1"}\r\n\r\ndata: [DONE]',
            "m1",
            id="a stream",
        ),
        pytest.param("data: m1", "data: m1", id="an event without JSON"),
        pytest.param("<html><TITLE>m1 &amp; m2</TITLE>", "web page 'm1 & m2'", id="HTML"),
        pytest.param("", "an empty body", id="empty"),
        pytest.param("{}", "an empty body", id="empty object"),
    ],
)
def test_the_server_s_words_are_found_in_every_envelope(body: Any, words: str) -> None:
    assert refusal(400, body).message == f"host:80 answered 400: {words}"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"error": {"code": 429, "message": "m"}}, "rate_limit"),
        ({"error": {"code": "429", "message": "m"}}, "rate_limit"),
        ({"error": {"code": 401, "message": "m"}}, "auth"),
        ({"error": {"code": 502, "message": "m"}}, "server"),
        ({"error": {"type": "rate_limit_error", "message": "m"}}, "rate_limit"),
        ({"error": {"status": "RESOURCE_EXHAUSTED", "message": "m"}}, "rate_limit"),
        ({"error": {"type": "authentication_error", "message": "m"}}, "auth"),
        ({"error": {"code": "model_not_found", "message": "m"}}, "not_found"),
        ({"error": {"type": "invalid_request_error", "message": "m"}}, "bad_request"),
        ({"error": {"code": "insufficient_quota", "message": "m"}}, "quota"),
        ({"error": {"type": "overloaded_error", "message": "m"}}, "server"),
        ({"error": "boom"}, "server"),
        ({"error": {"code": True, "message": "m"}}, "server"),
    ],
)
def test_an_error_under_a_success_is_classified_by_its_own_codes(
    data: dict[str, Any], kind: str
) -> None:
    assert envelope.is_error(data)
    assert reported(ASKED, Head(200), envelope.find(data), ChatReply()).fault.kind == kind


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"error": None, "choices": []}, False),
        ({"error": {}}, False),
        ({"error": "", "choices": []}, False),
        ({"code": 0, "message": "success"}, False),
        ({"code": "200", "message": "ok"}, False),
        ({"messages": []}, False),
        ({"choices": [], "message": "m", "code": 5}, False),
        ({"object": "error", "message": "m"}, True),
        ({"type": "error", "message": "m"}, True),
        ({"detail": "m"}, True),
        ({"code": "E1", "message": "m"}, True),
        ({"error": {"message": "m"}, "choices": [{}]}, True),
    ],
)
def test_an_object_is_an_error_only_where_it_says_so(data: dict[str, Any], *, error: bool) -> None:
    assert envelope.is_error(data) is error


def test_a_request_that_may_be_too_large_is_told_its_size() -> None:
    fault = refusal(413, "too large", Asked(host="h", size=12_300_000))

    assert fault.message == "h answered 413: too large; the request has 12.3 MB"


def test_a_missing_key_is_told() -> None:
    assert (
        refusal(401, "who?", Asked(host="h")).message == "h answered 401: who?; no api_key is set"
    )


@pytest.mark.parametrize(
    ("status", "words", "host", "hint"),
    [
        (400, "use max_completion_tokens, not max_tokens", "h", "profile: openai sends it by that"),
        (404, "no", "x.openai.azure.com:443", "Azure's deployments are called with profile: azure"),
        (302, "", "h", "is there a login or a proxy in between? else set base_url to it"),
        (
            308,
            "",
            "h",
            "server redirects to nowhere; set base_url to it, without the API's own path",
        ),
    ],
    ids=["newer limit", "azure", "login", "moved"],
)
def test_what_most_often_helps_is_told(status: int, words: str, host: str, hint: str) -> None:
    assert hint in refusal(status, words, Asked(host=host)).message


def test_a_hostile_envelope_is_cut() -> None:
    deep: Any = "m"
    for _ in range(200):
        deep = {"error": deep, "detail": [deep, deep, deep]} if _ < 3 else {"error": deep}

    assert len(refusal(400, {"error": {"message": "x" * 10**6}}).message) < 400
    assert refusal(400, deep).kind == "bad_request"
