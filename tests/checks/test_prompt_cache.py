"""The check `prompt_cache`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.prompt_cache import PromptCache
from evalkit.model.chat import ChatReply, Message, TextPart
from evalkit.model.check import Check, Verdict, View
from evalkit.model.transcript import Exchange, Transcript

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]


def used(prompt: int, cached: int | None) -> dict[str, Any]:
    return {"usage": {"prompt": prompt, "cached": cached}}


def turns(*tools: str) -> View:
    """Give turns that each offer a tool, of whose prompts nothing is cached."""
    hello = (Message(role="user", parts=(TextPart(text="Hi"),)),)
    exchanges = tuple(
        Exchange(
            turn=turn,
            added=hello,
            tools=({"name": tool},),
            reply=ChatReply.model_validate(used(10, 0)),
        )
        for turn, tool in enumerate(tools)
    )
    return View(Transcript(exchanges=exchanges), exchanges)


@pytest.mark.parametrize(
    ("fields", "replies", "told"),
    [
        (
            {},
            ["a", used(1000, 500)],
            ("passed", "500 of 1,000 prompt tokens were cached, a share of 0.5 (at least 0.5)"),
        ),
        (
            {},
            [used(1000, 1000), used(1000, 499)],
            (
                "failed",
                "499 of 1,000 prompt tokens were cached, a share of 0.499, not at least 0.5",
            ),
        ),
        (
            {"min": 0.9},
            ["a", used(100, 100), used(300, 260)],
            ("passed", "360 of 400 prompt tokens were cached, a share of 0.9 (at least 0.9)"),
        ),
    ],
    ids=["at the limit", "the first turn is no part", "summed"],
)
def test_the_share_of_the_turns_after_the_first_counts(
    fields: dict[str, Any],
    replies: list[Any],
    told: tuple[str, str],
    judge: Judge,
    conversation_of: Turn,
) -> None:
    verdict = judge(PromptCache.model_validate(fields), conversation_of(*replies))

    assert (verdict.status, verdict.reason) == told


def test_a_later_turn_may_be_judged_alone(judge: Judge, conversation_of: Turn) -> None:
    said = conversation_of(used(10, 0), used(10, 0), used(10, 9)).transcript

    verdict = judge(PromptCache(), View(said, said.exchanges[2:], turn=2))

    assert verdict.status == "passed"


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        (["a"], "nothing can come from a cache in the first turn"),
        (["a", used(10, None)], "the deployment did not report cached tokens for 1 of 1 replies"),
        (
            ["a", used(10, 1), "b"],
            "the deployment did not report prompt tokens for 1 of 2 replies",
        ),
        (["a", used(0, 0)], "the prompts have no tokens by the deployment's count"),
    ],
    ids=["one turn", "not cached", "not in every reply", "no prompt"],
)
def test_a_share_that_cannot_be_told_is_unknown(
    replies: list[Any], reason: str, judge: Judge, conversation_of: Turn
) -> None:
    verdict = judge(PromptCache(), conversation_of(*replies))

    assert (verdict.status, verdict.kind, verdict.reason) == ("error", "unknown", reason)


def test_unknown_counts_may_be_a_mere_warning(judge: Judge, conversation_of: Turn) -> None:
    verdict = judge(PromptCache(missing="warn"), conversation_of("a", used(10, None)))

    assert (verdict.status, verdict.evidence[0].message) == ("passed", "warning")


def test_a_changed_prefix_is_the_reason(judge: Judge) -> None:
    verdict = judge(PromptCache(), turns("a", "a", "b"))

    assert verdict.reason.endswith(
        "not at least 0.5: turn 3 offers other tools than the request before"
    )
    assert verdict.evidence[-1].pointer == "messages"


def test_a_share_that_is_large_enough_says_nothing_of_a_prefix(
    judge: Judge, conversation_of: Turn
) -> None:
    assert len(judge(PromptCache(), conversation_of("a", used(10, 10))).evidence) == 1


@pytest.mark.parametrize("share", [0, 1.1, -1], ids=["cannot fail", "cannot pass", "below"])
def test_a_share_that_decides_nothing_is_a_mistake(share: float) -> None:
    with pytest.raises(ValidationError, match="Input should be"):
        PromptCache.model_validate({"min": share})
