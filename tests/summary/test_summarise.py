"""Summaries: counts, rates, tokens and latency, none of them better than what is known."""

from collections.abc import Callable
from typing import Any

import pytest

from evalkit.model.chat import ChatReply, Timing, Usage, WireWarning
from evalkit.model.run import PlannedItem, Run, RunEnd
from evalkit.summary import Counts, summarise
from evalkit.summary.group import percentiles

MakeItem = Callable[..., PlannedItem]
MakeRun = Callable[..., Run]


def test_items_keep_their_order(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run((make_item("b"), ["passed"]), (make_item("a"), ["failed"]))

    results = summarise(run).results

    assert [result.item.conversation for result in results] == ["b", "a"]


def test_items_are_counted_by_status(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run(
        (make_item("a"), ["passed"]),
        (make_item("b"), ["failed"]),
        (make_item("c"), ["error"]),
        (make_item("d", skip="later"), []),
        (make_item("e"), []),
        (make_item("f", xfail="known"), ["failed"]),
    )

    assert summarise(run).overall.counts == Counts(
        passed=1, failed=1, xfailed=1, error=1, skipped=1, not_run=1
    )


def test_a_rate_leaves_out_what_could_not_be_judged(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run(
        (make_item("a"), ["passed"]), (make_item("b"), ["error"]), (make_item("c"), ["failed"])
    )

    counts = summarise(run).overall.counts

    assert (counts.passed, counts.judged, counts.rate) == (1, 2, 0.5)


def test_there_is_no_rate_of_nothing(make_run: MakeRun, make_item: MakeItem) -> None:
    counts = summarise(make_run((make_item("b"), ["error"]))).overall.counts

    assert (counts.rate, counts.interval) == (None, None)


def test_an_interval_stands_beside_a_rate(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run(*[(make_item(f"c{number}"), ["passed"]) for number in range(20)])

    interval = summarise(run).overall.counts.interval

    assert interval is not None
    assert round(interval.low, 4) == 0.8389


def test_groups_follow_the_deployments_of_the_header(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    run = make_run(
        (make_item("a", "zeta"), ["passed"]),
        (make_item("a", "alpha"), ["failed"]),
        (make_item("b", "zeta"), ["passed"]),
    )

    groups = summarise(run).deployments

    assert [(group.name, group.counts.passed) for group in groups] == [("zeta", 2), ("alpha", 0)]


def test_an_item_counts_for_each_of_its_tags(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run(
        (make_item("a", tags=("smoke", "vision")), ["passed"]),
        (make_item("b", tags=("smoke",)), ["failed"]),
    )

    groups = summarise(run).tags

    assert [(group.name, group.counts.total) for group in groups] == [("smoke", 2), ("vision", 1)]


def test_an_outcome_that_was_never_reported_counts_nowhere(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    item = make_item("a")
    run = make_run((item, ["failed"]), end=RunEnd(ended=160.0, unreported=(f"{item.id}#1",)))

    assert summarise(run).overall.counts == Counts(not_run=1)


def test_tokens_are_sums_over_replies(make_run: MakeRun, make_item: MakeItem) -> None:
    tokens = summarise(make_run((make_item("a", repeat=2), ["passed", "passed"]))).overall.tokens

    assert (tokens.prompt.value, tokens.completion.value, tokens.total.value) == (20, 10, 30)


def test_unknown_tokens_are_counted_not_taken_for_none(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    run = make_run((make_item("a"), ["passed"]), reply=ChatReply(usage=Usage(prompt=7)))

    tokens = summarise(run).overall.tokens

    assert (tokens.prompt.value, tokens.prompt.unknown) == (7, 0)
    assert (tokens.total.value, tokens.total.unknown) == (None, 1)


PERCENTILES: list[tuple[list[float], float | None, float | None]] = [
    ([], None, None),
    ([1, 2], None, None),
    ([3, 1, 2], 2, None),
    ([float(number) for number in range(19, 0, -1)], 10, None),
    ([float(number) for number in range(1, 21)], 10, 19),
    ([float(number) for number in range(1, 101)], 50, 95),
]


@pytest.mark.parametrize(
    ("values", "p50", "p95"), PERCENTILES, ids=[str(len(values)) for values, _, _ in PERCENTILES]
)
def test_percentiles_are_of_enough_values(
    values: list[float], p50: float | None, p95: float | None
) -> None:
    found = percentiles(values)

    assert (found.count, found.p50, found.p95) == (len(values), p50, p95)


def test_a_reply_without_a_first_token_is_in_no_percentile_of_it(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    run = make_run((make_item("a"), ["passed"]), reply=ChatReply(timing=Timing(total=1)))

    overall = summarise(run).overall

    assert (overall.latency.count, overall.first_token.count) == (1, 0)


def test_warnings_count_the_replies_that_have_them(make_run: MakeRun, make_item: MakeItem) -> None:
    noisy = ChatReply(warnings=(WireWarning(name="missing_done"), WireWarning(name="missing_done")))
    run = make_run((make_item("a", repeat=2), ["passed", "passed"]), reply=noisy)

    assert summarise(run).warnings == {"missing_done": 2}


def test_a_failure_that_is_expected_says_why(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run((make_item("a", xfail="known bug"), ["failed"]))

    result = summarise(run).results[0]

    assert (result.status, result.reason) == (
        "xfailed",
        "fails as expected (known bug): failed 1",
    )


def test_an_expected_failure_does_not_hide_an_error(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run((make_item("a", xfail="known bug"), ["error"]))

    assert summarise(run).results[0].status == "error"


def test_a_conversation_is_set_side_by_side(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run(
        (make_item("a", "one"), ["passed"]),
        (make_item("a", "two"), ["failed"]),
        (make_item("b", "two"), ["passed"]),
    )

    rows = summarise(run).rows

    cells = [[cell.status if cell else None for cell in row.cells] for row in rows]
    assert cells == [["passed", "failed"], [None, "passed"]]
    assert [row.differs for row in rows] == [True, False]


def test_the_duration_is_from_start_to_end(make_run: MakeRun, make_item: MakeItem) -> None:
    assert summarise(make_run((make_item("a"), ["passed"]))).duration == 60.0


def test_a_run_without_an_end_lasted_until_its_last_outcome(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    summary = summarise(make_run((make_item("a"), ["passed"]), end=None))

    assert (summary.duration, summary.complete) == (2.0, False)


def test_a_clock_that_was_set_back_gives_no_negative_duration(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    run = make_run((make_item("a"), ["passed"]), end=RunEnd(ended=50.0))

    assert summarise(run).duration == 0.0


def test_an_empty_run_has_an_empty_summary(make_run: MakeRun) -> None:
    summary: Any = summarise(make_run())

    assert (summary.results, summary.overall.counts.total) == ((), 0)
