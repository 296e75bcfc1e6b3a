"""Settling: an item's status by its attempts, errors counted both ways."""

from collections.abc import Sequence

import pytest

from evalkit.model.outcome import Outcome, Status
from evalkit.model.suite import AtLeast, PassIf, Rate
from evalkit.summary import settle

WORDS: dict[str, Status] = {
    "p": "passed",
    "f": "failed",
    "e": "error",
    "s": "skipped",
    "n": "not_run",
}


def attempts(letters: str) -> Sequence[Outcome]:
    return [
        Outcome(
            trial=f"i#{number}",
            item="i",
            attempt=number,
            status=WORDS[letter],
            reason=f"{WORDS[letter]} {number}",
        )
        for number, letter in enumerate(letters, 1)
    ]


CASES: list[tuple[str, PassIf, int, Status]] = [
    ("p", "all", 1, "passed"),
    ("f", "all", 1, "failed"),
    ("e", "all", 1, "error"),
    ("n", "all", 1, "not_run"),
    ("s", "all", 1, "skipped"),
    ("", "all", 1, "not_run"),
    ("ppp", "all", 3, "passed"),
    ("ppf", "all", 3, "failed"),
    ("ppe", "all", 3, "error"),
    ("fee", "all", 3, "failed"),
    ("pp", "all", 3, "not_run"),
    ("fff", "any", 3, "failed"),
    ("ffp", "any", 3, "passed"),
    ("eep", "any", 3, "passed"),
    ("ffe", "any", 3, "error"),
    ("f", "any", 3, "not_run"),
    ("ppff", "majority", 4, "failed"),
    ("pppf", "majority", 4, "passed"),
    ("ppe", "majority", 3, "passed"),
    ("pfe", "majority", 3, "error"),
    ("ffe", "majority", 3, "failed"),
    ("pff", AtLeast(at_least=1), 3, "passed"),
    ("pff", AtLeast(at_least=2), 3, "failed"),
    ("pef", AtLeast(at_least=2), 3, "error"),
    ("pppppppfff", Rate(rate=0.7), 10, "passed"),
    ("ppppppffff", Rate(rate=0.7), 10, "failed"),
    ("ppf", Rate(rate=0.66), 3, "passed"),
    ("ppf", Rate(rate=0.67), 3, "failed"),
    ("pne", "all", 3, "error"),
    ("fnn", "all", 3, "failed"),
]


@pytest.mark.parametrize(
    ("letters", "pass_if", "repeat", "status"),
    CASES,
    ids=[f"{letters or 'none'}-{pass_if!r}" for letters, pass_if, _, _ in CASES],
)
def test_attempts_settle_an_item(
    letters: str, pass_if: PassIf, repeat: int, status: Status
) -> None:
    assert settle(attempts(letters), pass_if, repeat).status == status


def test_attempts_are_counted_apart() -> None:
    settled = settle(attempts("ppfe"), "any", 4)

    assert (settled.passed, settled.failed, settled.errored) == (2, 1, 1)


def test_the_reason_of_one_attempt_is_its_own() -> None:
    assert settle(attempts("f"), "all", 1).reason == "failed 1"


def test_the_reason_of_several_attempts_counts_them() -> None:
    settled = settle(attempts("pff"), "majority", 3)

    assert settled.reason == "1 of 3 attempts passed, 2 needed: failed 2"


def test_an_error_that_decides_is_the_reason() -> None:
    assert settle(attempts("pfe"), "majority", 3).reason.endswith("2 needed: error 3")


def test_attempts_that_were_never_made_are_said_to_be_missing() -> None:
    assert settle((), "all", 1).reason == "was not run"
