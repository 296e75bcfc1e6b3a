"""Moderation: what is sent, and what a reply flags."""

import json
from typing import Any

import pytest

from evalkit.dialect import moderation
from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.model.chat import CallError
from evalkit.model.consultation import ModerationReply, ModerationRequest
from evalkit.model.deployment import Deployment
from evalkit.source import Span


def read(body: Any) -> ModerationReply:
    return moderation.read(Asked(host="h:1"), Head(200), json.dumps(body).encode())


def test_the_text_is_sent_and_no_model_that_was_not_named() -> None:
    deployment = Deployment(name="m", span=Span("a.yaml"))

    assert moderation.body(ModerationRequest(text="a"), deployment) == {"input": "a"}


def test_a_reply_tells_what_is_flagged_and_each_score() -> None:
    result = {
        "flagged": True,
        "categories": {"violence": True, "hate": False},
        "category_scores": {"violence": 0.9, "hate": 0, "odd": "x"},
    }

    reply = read({"model": "mod-1", "results": [result]})

    assert (reply.flagged, reply.categories) == (True, ("violence",))
    assert reply.scores == {"violence": 0.9, "hate": 0.0}


@pytest.mark.parametrize(
    "body",
    [{}, {"results": []}, {"results": [{}]}, {"results": [{"flagged": "no"}]}, {"results": [7]}],
    ids=["nothing", "no result", "not said", "no flag", "no object"],
)
def test_a_reply_that_does_not_say_it_is_no_answer(body: Any) -> None:
    with pytest.raises(CallError) as raised:
        read(body)

    assert raised.value.fault.kind == "response_invalid"
