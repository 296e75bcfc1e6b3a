"""Mistakes as authors read them, and the hint that names the nearest word."""

import pytest

from evalkit.errors import (
    CheckError,
    EvalkitError,
    Mistake,
    Mistakes,
    NothingSelected,
    RecordError,
    TemplateError,
    UsageError,
    did_you_mean,
)
from evalkit.source import Span


def mistake(file: str = "a.yaml", line: int = 1, column: int = 1, message: str = "m") -> Mistake:
    return Mistake(Span(file, line, column), message)


def test_a_mistake_shows_its_place_its_line_and_its_hints() -> None:
    written = Mistake(
        Span("suites/refunds.yaml", 7, 11, 8),
        "unknown check 'contians'",
        "        - contians: refund",
        ("did you mean 'contains'?", "quote it"),
    )
    assert str(written) == (
        "suites/refunds.yaml:7:11: unknown check 'contians'\n"
        "    7 |         - contians: refund\n"
        "                  ^^^^^^^^\n"
        "  hint: did you mean 'contains'?\n"
        "  hint: quote it"
    )


def test_a_mistake_of_a_whole_file_shows_no_line() -> None:
    assert str(mistake(message="the file is empty")) == "a.yaml:1:1: the file is empty"


def test_mistakes_stand_once_each_in_reading_order() -> None:
    first, second = mistake(line=2, column=9), mistake(line=10)
    third, fourth = mistake("b.yaml", message="a"), mistake("b.yaml", message="b")
    mistakes = Mistakes([fourth, second, first, third, second])
    assert mistakes.mistakes == (first, second, third, fourth)


def test_mistakes_are_told_with_a_line_between_them() -> None:
    assert str(Mistakes([mistake(), mistake(line=2)])) == "a.yaml:1:1: m\n\na.yaml:2:1: m"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (EvalkitError, 3),
        (UsageError, 4),
        (Mistakes, 4),
        (NothingSelected, 5),
        (RecordError, 8),
        (TemplateError, 3),
        (CheckError, 3),
    ],
)
def test_an_error_has_its_exit_code(error: type[EvalkitError], exit_code: int) -> None:
    assert error.exit_code == exit_code


def test_a_template_error_knows_its_line_and_hint() -> None:
    error = TemplateError("undefined variable 'x'", 2, "did you mean 'y'?")
    assert (str(error), error.line, error.hint) == (
        "undefined variable 'x'",
        2,
        "did you mean 'y'?",
    )


def test_a_check_error_knows_its_kind() -> None:
    assert CheckError("check_timeout", "took too long").kind == "check_timeout"


@pytest.mark.parametrize(
    ("word", "hints"),
    [
        ("contians", ("did you mean 'contains'?",)),
        ("contains", ("did you mean 'contains'?",)),
        ("zebra", ()),
        ("", ()),
    ],
)
def test_the_nearest_known_word_is_named(word: str, hints: tuple[str, ...]) -> None:
    assert did_you_mean(word, ["contains", "equals", "regex"]) == hints
