"""What a run comes to: the exit code that counts where several apply, and why."""

import pytest

from evalkit.harness import Written
from evalkit.pytest_plugin.tally import Tally, conclude

NOTHING = Written()
LOST = Written(lost="the disk is full")
BROKEN = Written(lost="the disk is full", broken=("a.yaml::b[c]#1: KeyError: 'x'", "and more"))

RUNS: dict[str, tuple[Tally, Written, bool, int, str]] = {
    "all hold": (Tally(passed=3), NOTHING, False, 0, "all 3 items hold"),
    "one holds": (Tally(passed=1), NOTHING, False, 0, "1 item holds"),
    "some are skipped or known to fail": (
        Tally(passed=2, skipped=1, known=1),
        NOTHING,
        False,
        0,
        "all 3 items hold, 1 known to fail, 1 skipped",
    ),
    "a failure": (Tally(passed=2, failed=1), NOTHING, False, 1, "1 of 3 items failed"),
    "a failure and an error": (
        Tally(failed=1, errors=2),
        NOTHING,
        False,
        1,
        "1 of 3 items failed, 2 could not be evaluated",
    ),
    "an error": (
        Tally(passed=1, errors=1),
        NOTHING,
        False,
        6,
        "1 of 2 items could not be evaluated, none failed",
    ),
    "all skipped": (Tally(skipped=2), NOTHING, False, 5, "every item is skipped"),
    "nothing": (Tally(), NOTHING, False, 5, "no item is selected"),
    "interrupted after a failure": (
        Tally(failed=1),
        Written(recorded=7),
        True,
        2,
        "interrupted; 7 attempts are recorded",
    ),
    "lost evidence, interrupted": (Tally(failed=1), LOST, True, 8, "the disk is full"),
    "a bug, and lost evidence": (
        Tally(failed=1),
        BROKEN,
        True,
        3,
        "internal error of evalkit: a.yaml::b[c]#1: KeyError: 'x'",
    ),
}


@pytest.mark.parametrize(
    ("tally", "written", "interrupted", "code", "sentence"), RUNS.values(), ids=list(RUNS)
)
def test_the_gravest_thing_counts(
    tally: Tally,
    written: Written,
    interrupted: bool,  # noqa: FBT001 - a case of the table
    code: int,
    sentence: str,
) -> None:
    conclusion = conclude(tally, written, interrupted=interrupted)
    assert (conclusion.code, conclusion.sentence) == (code, sentence)
