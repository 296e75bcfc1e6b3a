"""Headlines: one true sentence for whatever came of a run."""

from collections.abc import Callable, Sequence

import pytest

from evalkit.model.outcome import Status
from evalkit.model.run import PlannedItem, Run, RunEnd
from evalkit.summary import headline, summarise

MakeItem = Callable[..., PlannedItem]
MakeRun = Callable[..., Run]
Case = Sequence[tuple[str, str, Status]]

SENTENCES: list[tuple[Case, str]] = [
    ([], "nothing was run"),
    ([("a", "x", "passed")], "1 conversation passed"),
    ([("a", "x", "passed"), ("b", "x", "passed")], "all 2 conversations passed"),
    (
        [("a", "x", "passed"), ("a", "y", "passed")],
        "1 conversation passed on 2 deployments",
    ),
    ([("a", "x", "failed"), ("b", "x", "passed")], "1 of 2 conversations failed"),
    (
        [("a", "x", "failed"), ("a", "y", "passed"), ("b", "y", "passed")],
        "1 of 1 conversation failed on x",
    ),
    (
        [("a", "x", "failed"), ("b", "x", "passed"), ("c", "x", "skipped"), ("c", "y", "passed")],
        "1 of 2 conversations failed on x",
    ),
    (
        [("a", "x", "failed"), ("b", "y", "failed"), ("b", "z", "passed")],
        "2 of 2 conversations failed on 2 of 3 deployments",
    ),
    (
        [("a", "x", "failed"), ("b", "x", "error")],
        "1 of 2 conversations failed, 1 could not be judged",
    ),
    (
        [("a", "x", "error"), ("b", "x", "passed")],
        "1 of 2 conversations could not be judged",
    ),
    (
        [("a", "x", "passed"), ("b", "x", "skipped"), ("c", "x", "not_run")],
        "1 of 2 conversations passed, 1 not run, 1 skipped",
    ),
    (
        [
            ("a", "x", "error"),
            ("a", "y", "error"),
            ("a", "z", "passed"),
            ("b", "x", "not_run"),
            ("b", "z", "passed"),
        ],
        "1 of 2 conversations could not be judged on 2 of 3 deployments, 1 not run",
    ),
    ([("a", "x", "skipped")], "nothing was run, 1 skipped"),
    ([("a", "x", "not_run")], "nothing was run, 1 not run"),
]


@pytest.mark.parametrize(("case", "sentence"), SENTENCES, ids=[line for _, line in SENTENCES])
def test_a_headline_tells_the_worst_first(
    make_run: MakeRun, make_item: MakeItem, case: Case, sentence: str
) -> None:
    run = make_run(*[(make_item(name, place), [status]) for name, place, status in case])

    assert headline(summarise(run)) == sentence


def test_a_failure_that_is_expected_is_no_failure(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run((make_item("a", xfail="bug"), ["failed"]), (make_item("b"), ["passed"]))

    assert headline(summarise(run)) == "1 of 2 conversations passed, 1 failed as expected"


def test_a_record_without_an_end_is_called_incomplete(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    run = make_run((make_item("a"), ["passed"]), end=None)

    assert headline(summarise(run)) == "incomplete record: 1 conversation passed"


def test_an_interrupted_run_is_called_interrupted(make_run: MakeRun, make_item: MakeItem) -> None:
    run = make_run((make_item("a"), ["passed"]), end=RunEnd(ended=1, interrupted=True))

    assert headline(summarise(run)) == "interrupted: 1 conversation passed"
