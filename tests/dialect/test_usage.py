"""Token counts: as reported, and doubted aloud."""

from typing import Any

import pytest

from evalkit.dialect import usage
from evalkit.dialect.notes import Notes


def read(**reported: Any) -> tuple[tuple[int | None, ...], set[str]]:
    notes = Notes()
    counts = usage.read(reported, notes)
    assert counts
    usage.doubt(counts, "text", notes)
    numbers = (counts.prompt, counts.completion, counts.total)
    return numbers, {warning.name for warning in notes.warnings}


@pytest.mark.parametrize(
    ("counts", "read_as", "warnings"),
    [
        pytest.param((5, 2, 7), (5, 2, 7), set(), id="standard"),
        pytest.param((5.0, 2, 7), (5, 2, 7), {"nonstandard_shape"}, id="float"),
        pytest.param((-5, 2, 7), (None, 2, 7), {"usage_missing"}, id="negative"),
        pytest.param(("5", 2, 7), (None, 2, 7), {"usage_missing"}, id="text"),
        pytest.param((1e30, 2, 7), (None, 2, 7), {"usage_missing"}, id="huge"),
        pytest.param((10**30, 2, 7), (None, 2, 7), {"usage_missing"}, id="huge integer"),
        pytest.param((float("inf"), 2, 7), (None, 2, 7), {"usage_missing"}, id="infinite"),
        pytest.param((True, 2, 7), (None, 2, 7), {"usage_missing"}, id="boolean"),
        pytest.param(([5], 2, 7), (None, 2, 7), {"usage_missing"}, id="list"),
        pytest.param((None, 2, 7), (None, 2, 7), {"usage_missing"}, id="null"),
        pytest.param((5, 2, 8), (5, 2, 8), {"usage_inconsistent"}, id="sum"),
        pytest.param(
            (5, None, 3), (5, None, 3), {"usage_missing", "usage_inconsistent"}, id="part"
        ),
        pytest.param((5, 0, 5), (5, 0, 5), {"usage_inconsistent"}, id="none for text"),
    ],
)
def test_counts_are_kept_as_reported(
    counts: tuple[Any, Any, Any], read_as: tuple[int | None, ...], warnings: set[str]
) -> None:
    prompt, completion, total = counts

    found = read(prompt_tokens=prompt, completion_tokens=completion, total_tokens=total)

    assert found == (read_as, warnings)


@pytest.mark.parametrize("reported", [None, "5", 7, []])
def test_what_is_no_usage_is_unknown(reported: Any) -> None:
    assert usage.read(reported, Notes()) is None


def test_details_are_read_where_they_are_reported() -> None:
    counts = usage.read(
        {
            "prompt_tokens": 5,
            "completion_tokens": 2,
            "total_tokens": 7,
            "prompt_tokens_details": {"cached_tokens": 4},
            "completion_tokens_details": {"reasoning_tokens": 1},
        },
        Notes(),
    )

    assert counts
    assert (counts.cached, counts.reasoning) == (4, 1)
