"""The check `similar`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.similar import Similar, cosine
from evalkit.model.check import Verdict, View
from evalkit.model.dialogue import Ask
from evalkit.model.judging import Judging

Judge = Callable[..., Verdict]
Turn = Callable[..., View]


def check(**fields: Any) -> Similar:
    return Similar.model_validate({"text": "a refund", "deployment": "embedder", **fields})


@pytest.mark.parametrize(
    ("one", "other", "angle"),
    [
        ((1, 0), (2, 0), 1.0),
        ((1, 0), (0, 1), 0.0),
        ((1, 0), (-1, 0), -1.0),
        ((0, 0), (1, 0), 0.0),
    ],
    ids=["same", "right angle", "opposite", "nothing"],
)
def test_the_cosine_is_that_of_the_angle(
    one: tuple[float, ...], other: tuple[float, ...], angle: float
) -> None:
    assert cosine(one, other) == pytest.approx(angle)


@pytest.mark.parametrize(
    ("vectors", "told"),
    [
        ([[1, 0], [4, 3]], ("passed", "reply is 0.800 like 'a refund' (0.8 at least)", 0.8)),
        ([[1, 0], [3, 4]], ("failed", "reply is 0.600 like 'a refund' (0.8 at least)", 0.6)),
    ],
    ids=["near", "far"],
)
def test_a_reply_that_is_near_enough_passes(
    vectors: list[list[float]], told: tuple[str, str, float], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(), turn_of("x"), [{"vectors": vectors}])

    assert (verdict.status, verdict.reason, verdict.score) == told


def test_the_nearest_of_several_texts_counts(judge: Judge, turn_of: Turn) -> None:
    answers = [{"vectors": [[1, 0], [0, 1], [1, 0]]}]

    verdict = judge(check(text=["rain", "money"]), turn_of("x"), answers)

    assert verdict.reason == "reply is 1.000 like 'money' (0.8 at least)"


def test_the_reply_is_asked_for_before_the_texts(turn_of: Turn) -> None:
    question = next(check(text=["a", "b"]).verdict(turn_of("x")))

    assert isinstance(question, Ask)
    assert question.request.model_dump() == {"type": "embedding", "texts": ("x", "a", "b")}


@pytest.mark.parametrize(
    ("fields", "names"), [({}, ("embedder",)), ({"deployment": None}, ())], ids=["named", "offline"]
)
def test_only_a_named_deployment_is_asked(fields: dict[str, Any], names: tuple[str, ...]) -> None:
    assert check(**fields).consults(Judging(deployment="referee")) == names


@pytest.mark.parametrize("text", ["", " ", [], ["a", ""]], ids=repr)
def test_an_empty_text_is_a_mistake(text: Any) -> None:
    with pytest.raises(ValidationError):
        check(text=text)
