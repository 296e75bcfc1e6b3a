"""What was measured, what could not be, and the verdict of both."""

from typing import Any

import pytest

from evalkit.errors import CheckError
from evalkit.model.limit import Limit
from evalkit.reading.measured import Measured, Unknown, judged, require_decisive, sentence

LOST = Unknown("usage.cached", "nobody counted", fatal=False)
FATAL = Unknown("usage.cached", "nobody counted")


def measured(value: float, subject: str = "turn used", **fields: Any) -> Measured:
    return Measured(
        pointer="usage.total",
        subject=subject,
        figure=f"{value:g}",
        value=value,
        limit=Limit(max=5),
        **fields,
    )


@pytest.mark.parametrize(
    ("several", "told"),
    [
        ([measured(3)], "turn used 3 (at most 5)"),
        ([measured(6)], "turn used 6, not at most 5"),
        ([measured(3, what="cups", unit=" cl")], "turn used 3 cups (at most 5 cl)"),
        (
            [measured(3), measured(6), measured(1, "tea took")],
            "turn used 3 (at most 5) and 6, not at most 5 and tea took 1 (at most 5)",
        ),
    ],
    ids=["kept", "broken", "unit", "several"],
)
def test_quantities_are_told_beside_their_limits(several: list[Measured], told: str) -> None:
    assert sentence(several) == told


def test_only_what_is_broken_is_told() -> None:
    verdict = judged([measured(3), measured(6)], [FATAL])

    assert (verdict.status, verdict.reason, len(verdict.evidence)) == (
        "failed",
        "turn used 6, not at most 5",
        2,
    )


def test_what_is_unknown_is_an_error_where_the_rest_holds() -> None:
    with pytest.raises(CheckError, match="nobody counted") as caught:
        judged([measured(3)], [LOST, FATAL])

    assert caught.value.kind == "unknown"


def test_what_is_unknown_and_not_fatal_is_warned_of() -> None:
    verdict = judged([measured(3)], [LOST])

    assert (verdict.status, verdict.reason) == ("passed", "unknown: nobody counted")
    assert [(seen.pointer, seen.message, seen.excerpt) for seen in verdict.evidence] == [
        ("usage.total", "3, at most 5", ""),
        ("usage.cached", "warning", "nobody counted"),
    ]


def test_a_pass_may_tell_less_than_was_measured() -> None:
    several = [measured(3), measured(4)]

    assert judged(several, told=several[:1]).reason == "turn used 3 (at most 5)"


@pytest.mark.parametrize(
    ("limit", "message"),
    [(Limit(min=0), "cannot fail"), (Limit(max=-1), "cannot pass")],
    ids=["cannot fail", "cannot pass"],
)
def test_a_limit_that_decides_nothing_is_refused(limit: Limit, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        require_decisive((None, Limit(max=5), limit))
