"""The program of the child process that matches patterns."""

import io
import json
from typing import Any

import pytest

from evalkit.reading.matcher import answer, serve


def ask(*question: Any) -> Any:
    return json.loads(answer(json.dumps(question).encode()))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (("b+", "abb", 0, 1), [1, 3]),
        (("x", "abb", 0, 1), None),
        (("B", "abb", 2, 1), [1, 2]),
        (("(", "abb", 0, 1), "error: missing ), unterminated subpattern at position 0"),
    ],
    ids=["found", "none", "flags", "no pattern"],
)
def test_a_question_is_answered_with_a_span(question: tuple[Any, ...], expected: Any) -> None:
    assert ask(*question) == expected


def test_questions_are_answered_in_order_until_they_end() -> None:
    questions = b'["a", "a", 0, 1]\n["b", "a", 0, 1]\n'
    answers = io.BytesIO()

    serve(io.BytesIO(questions), answers)

    assert answers.getvalue().splitlines() == [b'"ready"', b"[0, 1]", b"null"]
