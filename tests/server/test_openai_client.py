"""The official client cannot tell the embedded server from a deployment."""

import asyncio
from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from evalkit.server.thread import ServerThread

Serve = Callable[..., ServerThread]
Client = Callable[[ServerThread], OpenAI]

ASK: Any = [{"role": "user", "content": "What is it?"}]
REPLY = {"rules": [{"reply": "It is a burger."}]}
CALL = {"rules": [{"reply": {"tool_calls": [{"name": "look", "arguments": {"at": "Oslo"}}]}}]}


def test_a_reply_is_read(serve: Serve, client: Client) -> None:
    got = client(serve(REPLY)).chat.completions.create(model="m", messages=ASK)
    assert got.choices[0].message.content == "It is a burger."


def test_usage_counts_words(serve: Serve, client: Client) -> None:
    got = client(serve(REPLY)).chat.completions.create(model="m", messages=ASK)
    assert got.usage
    assert (got.usage.prompt_tokens, got.usage.completion_tokens) == (3, 4)


def test_a_stream_joins_to_the_same_text(serve: Serve, client: Client) -> None:
    stream = client(serve(REPLY)).chat.completions.create(model="m", messages=ASK, stream=True)
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert pieces == ["", "It ", "is ", "a ", "burger.", ""]


def test_a_stream_has_usage_when_asked_for(serve: Serve, client: Client) -> None:
    stream = client(serve(REPLY)).chat.completions.create(
        model="m", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    assert [chunk.usage.total_tokens for chunk in stream if chunk.usage] == [7]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_tool_call_is_read(serve: Serve, client: Client, *, stream: bool) -> None:
    with client(serve(CALL)).chat.completions.stream(model="m", messages=ASK) as events:
        streamed = events.get_final_completion()
    whole = client(serve(CALL)).chat.completions.create(model="m", messages=ASK)
    got = streamed if stream else whole
    [call] = got.choices[0].message.tool_calls or []
    assert (call.type, call.function.arguments) == ("function", '{"at": "Oslo"}')  # type: ignore[union-attr] # a function, as its type says


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (429, openai.RateLimitError),
        (503, openai.InternalServerError),
    ],
)
def test_an_error_has_its_class_and_words(
    serve: Serve, client: Client, status: int, error: type[Exception]
) -> None:
    script = {"rules": [{"reply": {"error": {"status": status, "message": "so sorry"}}}]}
    with pytest.raises(error, match="so sorry"):
        client(serve(script)).chat.completions.create(model="m", messages=ASK)


def test_a_request_that_no_rule_fits_says_so(serve: Serve, client: Client) -> None:
    with pytest.raises(openai.NotFoundError, match="no rule of the script fits: 'What is it"):
        client(serve({})).chat.completions.create(model="m", messages=ASK)


def test_several_choices_are_refused(serve: Serve, client: Client) -> None:
    with pytest.raises(openai.BadRequestError, match="n is not supported"):
        client(serve(REPLY)).chat.completions.create(model="m", messages=ASK, n=2)


def test_the_model_is_listed(serve: Serve, client: Client) -> None:
    models = client(serve({"model": "scripted-1"})).models.list()
    assert [model.id for model in models] == ["scripted-1"]


def test_256_requests_are_in_flight_at_once(serve: Serve) -> None:
    server = serve({"delay": 0.3, "rules": [{"reply": "late"}]})

    async def ask_all() -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0) as asker:
            create = asker.chat.completions.create
            await asyncio.gather(*(create(model="m", messages=ASK) for _ in range(256)))

    asyncio.run(ask_all())
    starts, ends = zip(*((one.started, one.ended) for one in server.requests), strict=True)
    assert max(starts) < min(ends)
