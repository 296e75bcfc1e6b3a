"""The check `stream`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.stream import Stream
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

SOUND = {"role_first": True, "finishes": 1, "done": True, "contents": 3}


def streamed(**facts: Any) -> dict[str, Any]:
    return {"streamed": True, "usage": {"total": 9}, "stream": {**SOUND, **facts}}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (streamed(role_first=False), "stream has no role first"),
        (streamed(late=2), "stream has 2 chunks after the finish"),
        (streamed(finishes=0), "stream has 0 finish reasons"),
        (streamed(finishes=2), "stream has 2 finish reasons"),
        ({**streamed(), "usage": None}, "stream has no usage"),
        ({**streamed(), "usage": {"prompt": 1}}, "stream has no usage"),
        (streamed(done=False), "stream has no [DONE]"),
        (streamed(done=False, late=1), "stream has 1 chunk after the finish, no [DONE]"),
    ],
    ids=["role", "late", "no finish", "two finishes", "usage", "half a usage", "end", "several"],
)
def test_each_part_is_held_to(reply: Any, reason: str, judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Stream(), turn_of(reply))

    assert (verdict.status, verdict.reason) == ("failed", reason)


def test_a_sound_stream_tells_what_it_has(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Stream(), turn_of(streamed()))

    assert (verdict.status, verdict.reason) == (
        "passed",
        "stream has the role first, nothing after the finish, 1 finish reason, usage, [DONE]",
    )


@pytest.mark.parametrize(
    ("part", "facts"),
    [
        ("order", {"role_first": False, "late": 1}),
        ("finish", {"finishes": 2}),
        ("end", {"done": False}),
    ],
    ids=["order", "finish", "end"],
)
def test_a_part_can_be_left_out(
    part: str, facts: dict[str, Any], judge: Judge, turn_of: Turn
) -> None:
    check = Stream.model_validate({part: False})

    assert judge(check, turn_of(streamed(**facts))).status == "passed"


def test_usage_can_be_left_out(judge: Judge, turn_of: Turn) -> None:
    assert judge(Stream(usage=False), turn_of({**streamed(), "usage": None})).status == "passed"


@pytest.mark.parametrize(
    ("chunks", "told"),
    [
        ({"min": 2}, ("passed", "3 chunks (at least 2)")),
        (2, ("failed", "3 chunks, not at most 2")),
    ],
    ids=["kept", "broken"],
)
def test_chunks_are_limited(
    chunks: Any, told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Stream.model_validate({"chunks": chunks}), turn_of(streamed()))

    assert (verdict.status, verdict.reason.endswith(told[1])) == (told[0], True)


def test_every_exchange_of_a_turn_is_looked_at(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Stream(), turn_of(streamed(done=False), streamed()))

    assert verdict.status == "failed"


def test_the_evidence_points_at_the_facts(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(Stream(order=False, finish=False), turn_of(streamed(done=False)))

    assert [(seen.pointer, seen.message) for seen in verdict.evidence] == [
        ("usage", "usage"),
        ("stream.done", "no [DONE]"),
    ]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("x", "the reply was not streamed"),
        ({"streamed": True}, "how the reply was streamed is not recorded"),
    ],
    ids=["not streamed", "an old record"],
)
def test_what_did_not_stream_is_unknown(
    reply: Any, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(Stream(), turn_of(reply))

    assert (verdict.status, verdict.kind, verdict.reason) == ("error", "unknown", reason)


def test_only_a_stream_can_be_judged() -> None:
    assert Stream().needs_stream


@pytest.mark.parametrize(
    "written",
    [
        {"order": False, "finish": False, "usage": False, "end": False},
        {"chunks": {"min": 0}},
    ],
    ids=["nothing", "no limit"],
)
def test_a_stream_of_which_nothing_is_asked_is_a_mistake(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="this cannot fail"):
        Stream.model_validate(written)
