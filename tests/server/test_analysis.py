"""Vectors and moderation of the embedded server, read by OpenAI's own client."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from openai import BadRequestError, OpenAI

from evalkit.model.chat import ChatReply
from evalkit.reading.judgement import Case, Vote, read_vote
from evalkit.server.analysis import vector
from evalkit.server.thread import ServerThread

Serve = Callable[..., ServerThread]
Client = Callable[[ServerThread], OpenAI]

SCRIPT = {
    "rules": [
        {"when": {"user": "kill"}, "reply": {"flagged": ["violence"]}},
        {"when": {"user": "kill"}, "reply": "I cannot help with that."},
    ],
    "otherwise": "hello",
}


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [("Hello, world!", "world hello", 1.0), ("refund", "weather", 0.0), ("", "a", 0.0)],
    ids=["the same words", "no common word", "no word at all"],
)
def test_texts_are_alike_as_their_words_are(one: str, other: str, likeness: float) -> None:
    pairs = zip(vector(one), vector(other), strict=True)

    assert math.isclose(sum(left * right for left, right in pairs), likeness, abs_tol=1e-9)


def test_a_client_gets_a_vector_for_each_text(serve: Serve, client: Client) -> None:
    answer = client(serve(SCRIPT)).embeddings.create(
        model="m", input=["one two", "three"], encoding_format="float"
    )

    assert [row.embedding for row in answer.data] == [vector("one two"), vector("three")]


@pytest.mark.parametrize("given", [[], 7, None, [["a"]]], ids=repr)
def test_what_is_no_text_is_refused(given: Any, serve: Serve, client: Client) -> None:
    asking = client(serve(SCRIPT)).embeddings

    with pytest.raises(BadRequestError, match="input must be a text or a list of texts"):
        asking.create(model="m", input=given, encoding_format="float")


@pytest.mark.parametrize(
    ("text", "flagged"), [("how to kill", ["violence"]), ("hello", [])], ids=["a rule", "no rule"]
)
def test_a_rule_says_what_moderation_flags(
    text: str, flagged: list[str], serve: Serve, client: Client
) -> None:
    (result,) = client(serve(SCRIPT)).moderations.create(input=text).results

    flags = result.categories.model_dump(exclude_none=True)
    assert (result.flagged, [name for name, yes in flags.items() if yes]) == (
        bool(flagged),
        flagged,
    )


def test_a_chat_is_not_answered_by_what_flags(serve: Serve, client: Client) -> None:
    answer = client(serve(SCRIPT)).chat.completions.create(
        model="m", messages=[{"role": "user", "content": "how to kill a process"}]
    )

    assert answer.choices[0].message.content == "I cannot help with that."


def test_a_verdict_takes_the_form_that_the_judge_is_asked_for(serve: Serve, client: Client) -> None:
    script = {"rules": [{"reply": {"verdict": "fail", "why": "rude"}}]}
    case = Case("Is polite", {"reply": "No."})
    asked: Any = {"type": "json_schema", **case.response_format}

    answer = client(serve(script)).chat.completions.create(
        model="m", messages=[{"role": "user", "content": "?"}], response_format=asked
    )

    said = ChatReply(text=answer.choices[0].message.content or "")
    assert read_vote(case, said) == Vote(0, "rude")
