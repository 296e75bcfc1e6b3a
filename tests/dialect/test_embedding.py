"""Embeddings: what is sent, and the vectors that a reply must hold."""

import json
from typing import Any

import pytest

from evalkit.dialect import embedding
from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.model.chat import CallError, Usage
from evalkit.model.consultation import EmbeddingReply, EmbeddingRequest
from evalkit.model.deployment import Deployment
from evalkit.source import Span

TWO = [{"index": 1, "embedding": [0, 1]}, {"index": 0, "embedding": [1.5, 0]}]


def read(body: Any, status: int = 200) -> EmbeddingReply:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return embedding.reader(2)(Asked(host="h:1"), Head(status), sent)


def test_the_texts_are_sent_with_the_deployments_own_params() -> None:
    deployment = Deployment(
        name="e", span=Span("a.yaml"), model="embed-1", params={"dimensions": 64}
    )

    assert embedding.body(EmbeddingRequest(texts=("a", "b")), deployment) == {
        "model": "embed-1",
        "dimensions": 64,
        "input": ["a", "b"],
    }


def test_vectors_stand_in_the_order_of_the_texts() -> None:
    reply = read({"data": TWO, "model": "embed-1", "usage": {"prompt_tokens": 3}})

    assert reply.vectors == ((1.5, 0.0), (0.0, 1.0))
    assert (reply.model, reply.usage) == ("embed-1", Usage(prompt=3, completion=0))


@pytest.mark.parametrize(
    "body",
    [
        {"data": TWO[:1]},
        {"data": [*TWO, *TWO]},
        {"data": [{"embedding": [1]}, {"embedding": [1, 2]}]},
        {"data": [{"embedding": [1]}, {"embedding": ["1"]}]},
        {"data": [{"embedding": [1]}, {"embedding": []}]},
        {"data": [{"embedding": [1]}, {"embedding": [float("nan")]}]},
        {"data": [{"embedding": [1]}, {}]},
        {"data": "x"},
        {},
        [],
        b"<html>",
    ],
    ids=[
        "too few",
        "too many",
        "of other lengths",
        "no numbers",
        "empty",
        "not finite",
        "without",
        "no list",
        "nothing",
        "no object",
        "no JSON",
    ],
)
def test_what_holds_no_vector_for_each_text_is_no_answer(body: Any) -> None:
    with pytest.raises(CallError) as raised:
        read(body)

    assert raised.value.fault.kind == "response_invalid"


@pytest.mark.parametrize(
    ("status", "kind"), [(200, "server"), (401, "auth"), (429, "rate_limit")], ids=str
)
def test_an_error_is_told_in_the_servers_words(status: int, kind: str) -> None:
    with pytest.raises(CallError) as raised:
        read({"error": {"message": "no such thing"}}, status)

    assert (raised.value.fault.kind, "no such thing" in str(raised.value)) == (kind, True)
