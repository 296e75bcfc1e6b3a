"""Whether and when a failed call is tried again, as a table on a clock that does not run."""

from random import Random

import pytest

from evalkit.model.chat import ChatReply, Fault, FaultKind, Try
from evalkit.model.deployment import Retry
from evalkit.wire.clock import Clock
from evalkit.wire.retry import Decision, Failure, again, backoff, decide, server_hint

TODAY = 1_700_000_000.0
"""Tue, 14 Nov 2023 22:13:20 GMT."""


def clock(chance: float = 0.0) -> Clock:
    return Clock(now=lambda: 0.0, today=lambda: TODAY, draw=lambda: chance)


def failure(kind: FaultKind = "server", status: int | None = 500, **headers: str) -> Failure:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Failure(Fault(kind=kind, message="m", status=status), named)


def decided(failed: Failure, tries: int = 1, spent: float = 0.0, chance: float = 0.0) -> Decision:
    done = [Try(kind=failed.fault.kind, status=failed.fault.status)] * tries
    return decide(Retry(tries=4, total=180.0), done, failed, spent, clock(chance))


@pytest.mark.parametrize(
    ("kind", "status", "wanted"),
    [
        ("connect", None, "always"),
        ("config", None, "never"),
        ("config", 302, "never"),
        *[("server", status, "always") for status in (408, 409, 425, 500, 502, 503, 504)],
        *[("server", status, "always") for status in (520, 521, 522, 523, 524, 525, 526, 527, 529)],
        *[("server", status, "never") for status in (501, 505, 511)],
        ("server", 200, "always"),
        ("rate_limit", 429, "always"),
        ("rate_limit", 200, "always"),
        ("quota", 429, "never"),
        ("quota", 402, "never"),
        ("quota", 403, "never"),
        *[("bad_request", status, "never") for status in (400, 413, 422)],
        *[("auth", status, "never") for status in (401, 403)],
        ("not_found", 404, "never"),
        ("timeout_first_token", None, "always"),
        ("timeout_first_token", 200, "always"),
        ("timeout_idle", 200, "never"),
        ("timeout_total", 200, "never"),
        ("stream_truncated", 200, "always"),
        ("stream_protocol", 200, "once"),
        ("response_invalid", 200, "once"),
        ("too_large", 200, "never"),
    ],
)
def test_the_kind_and_the_status_say_whether_the_same_may_help(
    kind: FaultKind, status: int | None, wanted: str
) -> None:
    assert again(Fault(kind=kind, message="m", status=status)) == wanted


@pytest.mark.parametrize("kind", ["connect", "server", "stream_truncated", "rate_limit"])
@pytest.mark.parametrize(
    "partial",
    [
        pytest.param(ChatReply(text="Hel"), id="text"),
        pytest.param(ChatReply(reasoning="hm"), id="reasoning"),
        pytest.param(ChatReply(refusal="no"), id="refusal"),
    ],
)
def test_nothing_is_tried_again_once_content_has_arrived(
    kind: FaultKind, partial: ChatReply
) -> None:
    failed = Failure(Fault(kind=kind, message="m", partial=partial), {"x-should-retry": "true"})

    assert decided(failed).wait is None


@pytest.mark.parametrize(
    ("kind", "status", "told", "retried"),
    [
        ("bad_request", 400, "true", True),
        ("auth", 401, "True", True),
        ("server", 500, "false", False),
        ("rate_limit", 429, "false", False),
        ("server", 500, "maybe", True),
        ("bad_request", 400, "", False),
    ],
)
def test_a_server_that_says_whether_to_retry_is_obeyed(
    kind: FaultKind, status: int, told: str, *, retried: bool
) -> None:
    decision = decided(failure(kind, status, x_should_retry=told))

    assert (decision.wait is not None) is retried


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("  2 ", 2.0),
        ("1e2", 100.0),
        ("0", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("", None),
        ("soon", None),
        ("9" * 10_000, None),
        ("Tue, 14 Nov 2023 22:13:30 GMT", 10.0),
        ("Tue, 14 Nov 2023 22:13:30", 10.0),
        ("Tue, 14 Nov 2023 22:13:30 -0000", 10.0),
        ("Tue, 14 Nov 2023 23:13:30 +0100", 10.0),
        ("Tuesday, 14-Nov-23 22:13:30 GMT", 10.0),
        ("Tue Nov 14 22:13:30 2023", 10.0),
        ("2023-11-14T22:13:30Z", 10.0),
        ("2023-11-14T22:13:30", 10.0),
        ("Tue, 14 Nov 2023 22:13:10 GMT", None),
        ("Tue, 14 Nov 100000 22:13:30 GMT", None),
        ("Tue, 99 Nov 2023 22:13:30 GMT", None),
        ("Tue, 14 Nov 2023 99:13:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_else_ignored(
    value: str, wanted: float | None
) -> None:
    assert server_hint(failure(retry_after=value), TODAY) == wanted


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        pytest.param({"retry_after_ms": "250", "retry_after": "7"}, 0.25, id="ms first"),
        pytest.param({"retry_after_ms": "-1", "retry_after": "7"}, 7.0, id="bad ms"),
        pytest.param({"retry_after": "7", "x_ratelimit_reset_requests": "6m0s"}, 7.0, id="after"),
        pytest.param({"x_ratelimit_reset_requests": "1m30s"}, 90.0, id="minutes"),
        pytest.param({"x_ratelimit_reset_tokens": "500ms"}, 0.5, id="milliseconds"),
        pytest.param({"x_ratelimit_reset": "3"}, 3.0, id="seconds"),
        pytest.param({"x_ratelimit_reset": "1700000005"}, 5.0, id="epoch"),
        pytest.param({"x_ratelimit_reset": "1700000005000"}, 5.0, id="epoch in ms"),
        pytest.param({"x_ratelimit_reset": "2023-11-14T22:13:25Z"}, 5.0, id="ISO"),
        pytest.param({"x_ratelimit_reset": "later"}, None, id="words"),
        pytest.param(
            {"x_ratelimit_reset_requests": "2s", "x_ratelimit_reset_tokens": "4s"}, 4.0, id="max"
        ),
    ],
)
def test_of_several_hints_the_most_exact_one_counts(
    headers: dict[str, str], wanted: float | None
) -> None:
    assert server_hint(failure("rate_limit", 429, **headers), TODAY) == wanted


def test_the_reset_of_a_rate_limit_is_no_hint_after_another_failure() -> None:
    assert server_hint(failure(x_ratelimit_reset="3"), TODAY) is None


def test_a_hint_is_waited_for_exactly_or_up_to_a_tenth_longer() -> None:
    waits = [decided(failure(retry_after="2"), chance=chance).wait for chance in (0.0, 1.0)]

    assert waits == [2.0, pytest.approx(2.2)]


@pytest.mark.parametrize(
    ("failed", "tries", "spent", "why"),
    [
        pytest.param(failure(), 4, 0.0, "after 4 tries", id="tries"),
        pytest.param(failure(retry_after="120.5"), 1, 0.0, "server asks for 120.5 s", id="hint"),
        pytest.param(failure(retry_after="10"), 1, 171.0, "171.0 s of 180 s", id="total"),
        pytest.param(failure(), 1, 180.0, "180.0 s of 180 s", id="total is over"),
    ],
)
def test_giving_up_says_why(failed: Failure, tries: int, spent: float, why: str) -> None:
    decision = decided(failed, tries, spent)

    assert decision.wait is None
    assert why in decision.why


def test_a_hint_at_the_cap_is_waited_for() -> None:
    assert decided(failure(retry_after="120")).wait == 120.0


def test_one_try_is_one_try() -> None:
    failed = failure()
    tries = [Try(kind=failed.fault.kind)]

    assert decide(Retry(tries=1), tries, failed, 0.0, clock()) == Decision(None, "")


def test_an_unreadable_reply_is_tried_again_once() -> None:
    failed = failure("response_invalid", 200)

    assert [decided(failed, tries).wait for tries in (1, 2)] == [0.0, None]


def test_an_unreadable_reply_after_another_failure_is_still_tried_again() -> None:
    tries = [Try(kind="server"), Try(kind="response_invalid")]

    assert decide(Retry(), tries, failure("response_invalid", 200), 0.0, clock()).wait == 0.0


def test_the_backoff_is_full_jitter_below_a_bound_that_doubles_up_to_eight_seconds() -> None:
    random = Random(11)  # noqa: S311 - a seeded sample, so that the mean is always the same
    for failures, bound in enumerate((0.5, 1.0, 2.0, 4.0, 8.0, 8.0)):
        waits = [backoff(failures, random.random()) for _ in range(10_000)]

        assert min(waits) >= 0
        assert max(waits) < bound
        assert sum(waits) / len(waits) == pytest.approx(bound / 2, rel=0.03)


def test_the_backoff_is_bounded_after_any_number_of_failures() -> None:
    assert backoff(10**9, 1.0) == 8.0
