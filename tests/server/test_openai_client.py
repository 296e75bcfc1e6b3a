"""The official client cannot tell the embedded server from a deployment."""

import asyncio
import json
import struct
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from evalkit.server.analysis import vector
from evalkit.server.thread import ServerThread

Serve = Callable[..., ServerThread]
Client = Callable[[ServerThread], OpenAI]

ASK: Any = [{"role": "user", "content": "What is it?"}]
REPLY = {"rules": [{"reply": "It is a burger."}]}
WORDS = {"rules": [{"reply": {"text": "one two three four", "fault": "cut"}}]}
PIXEL = "data:image/png;base64,iVBORw0KGgo="
PARTS: Any = [
    {"type": "text", "text": "What is it?"},
    {"type": "image_url", "image_url": {"url": PIXEL}},
]
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


def test_a_conversation_goes_on(serve: Serve, client: Client) -> None:
    rules = [{"when": {"turn": 1}, "reply": "A burger."}, {"when": {"turn": 2}, "reply": "585."}]
    asker = client(serve({"rules": rules})).chat.completions
    said: Any = asker.create(model="m", messages=ASK).choices[0].message

    got = asker.create(model="m", messages=[*ASK, said, {"role": "user", "content": "Calories?"}])

    assert (said.content, got.choices[0].message.content) == ("A burger.", "585.")


def test_a_reply_has_the_number_of_its_request(serve: Serve, client: Client) -> None:
    asker = client(serve(REPLY)).chat.completions

    numbers = [asker.create(model="m", messages=ASK)._request_id for _ in range(2)]

    assert numbers == ["req_1", "req_2"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_tool_call_is_read(serve: Serve, client: Client, *, stream: bool) -> None:
    with client(serve(CALL)).chat.completions.stream(model="m", messages=ASK) as events:
        streamed = events.get_final_completion()
    whole = client(serve(CALL)).chat.completions.create(model="m", messages=ASK)
    got = streamed if stream else whole
    [call] = got.choices[0].message.tool_calls or []
    assert (call.type, call.function.arguments) == ("function", '{"at": "Oslo"}')  # type: ignore[union-attr] # a function, as its type says


def test_what_a_tool_gave_is_answered(serve: Serve, client: Client) -> None:
    rules = [{**CALL["rules"][0], "times": 1}, {"reply": "It rains in Oslo."}]
    asker = client(serve({"rules": rules})).chat.completions
    called: Any = asker.create(model="m", messages=ASK).choices[0].message
    gave: Any = {"role": "tool", "tool_call_id": called.tool_calls[0].id, "content": "rain"}

    got = asker.create(model="m", messages=[*ASK, called, gave])

    assert got.choices[0].message.content == "It rains in Oslo."


class Meal(BaseModel):
    """What a client asks to be told."""

    name: str
    calories: int


def test_a_reply_has_the_form_that_is_asked_for(serve: Serve, client: Client) -> None:
    script = {"rules": [{"reply": {"json": {"name": "burger", "calories": 585}}}]}
    completions = client(serve(script)).chat.completions

    got = completions.parse(model="m", messages=ASK, response_format=Meal)

    assert got.choices[0].message.parsed == Meal(name="burger", calories=585)


def test_json_is_given_where_any_is_asked_for(serve: Serve, client: Client) -> None:
    server = serve({"rules": [{"reply": {"json": {"name": "burger"}}}]})

    got = client(server).chat.completions.create(
        model="m", messages=ASK, response_format={"type": "json_object"}
    )

    assert json.loads(got.choices[0].message.content or "") == {"name": "burger"}


def test_a_refusal_is_no_reply(serve: Serve, client: Client) -> None:
    completions = client(serve({"rules": [{"reply": {"refusal": "I will not."}}]})).chat.completions

    message = completions.parse(model="m", messages=ASK, response_format=Meal).choices[0].message

    assert (message.refusal, message.parsed) == ("I will not.", None)


def test_an_image_is_seen(serve: Serve, client: Client) -> None:
    rules = [{"when": {"image": True, "user": "what is it"}, "reply": "A burger."}]

    got = client(serve({"rules": rules})).chat.completions.create(
        model="m", messages=[{"role": "user", "content": PARTS}]
    )

    assert got.choices[0].message.content == "A burger."


@pytest.mark.parametrize("form", [{}, {"encoding_format": "float"}], ids=["its own", "numbers"])
def test_vectors_are_read_as_the_client_asks_for_them(
    serve: Serve, client: Client, form: Any
) -> None:
    got = client(serve({})).embeddings.create(model="m", input=["one two", "three"], **form)

    expected = [pytest.approx(vector(text)) for text in ("one two", "three")]
    assert [row.embedding for row in got.data] == expected


def test_vectors_come_in_base64_where_asked_for(serve: Serve, client: Client) -> None:
    got = client(serve({})).embeddings.create(model="m", input="one", encoding_format="base64")

    coded: Any = got.data[0].embedding
    assert struct.unpack("<256f", b64decode(coded)) == pytest.approx(vector("one"))


@pytest.mark.parametrize(
    ("given", "flagged"),
    [
        ("how to kill", [True]),
        (["hello", "how to kill"], [False, True]),
        ([{"type": "text", "text": "how to kill"}, PARTS[1]], [True]),
    ],
    ids=["a text", "texts", "parts"],
)
def test_whatever_has_words_is_moderated(
    serve: Serve, client: Client, given: Any, flagged: list[bool]
) -> None:
    script = {"rules": [{"when": {"user": "kill"}, "reply": {"flagged": ["violence"]}}]}

    results = client(serve(script)).moderations.create(input=given).results

    assert [result.categories.violence for result in results] == flagged
    assert {result.categories.self_harm_intent for result in results} == {False}


@pytest.mark.parametrize("given", [[], 7, ["a", {}], None], ids=repr)
def test_what_has_no_words_is_not_moderated(serve: Serve, client: Client, given: Any) -> None:
    with pytest.raises(openai.BadRequestError, match="input must be a text, or a list of texts"):
        client(serve({})).moderations.create(input=given)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_an_error_has_its_class_and_words(
    serve: Serve, client: Client, status: int, error: type[Exception]
) -> None:
    script = {"rules": [{"reply": {"error": {"status": status, "message": "so sorry"}}}]}
    with pytest.raises(error, match="so sorry"):
        client(serve(script)).chat.completions.create(model="m", messages=ASK)


def test_an_error_says_how_long_to_wait(serve: Serve, client: Client) -> None:
    failure = {"status": 429, "code": "rate_limit_exceeded", "retry_after": "1500ms"}

    with pytest.raises(openai.RateLimitError) as raised:
        client(serve({"rules": [{"reply": {"error": failure}}]})).chat.completions.create(
            model="m", messages=ASK
        )

    waits = raised.value.response.headers["retry-after"]
    assert (raised.value.code, waits) == ("rate_limit_exceeded", "1.5")


def test_a_client_comes_again_as_it_is_told(serve: Serve, client: Client) -> None:
    busy = {"reply": {"error": {"status": 429, "retry_after": "10ms"}}, "times": 1}
    server = serve({"rules": [busy, {"reply": "At last."}]})

    got = (
        client(server).with_options(max_retries=1).chat.completions.create(model="m", messages=ASK)
    )

    assert got.choices[0].message.content == "At last."
    assert [request.status for request in server.requests] == [429, 200]


def test_another_key_is_refused(serve: Serve, client: Client) -> None:
    asker = client(serve(REPLY, token="right"))

    with pytest.raises(openai.AuthenticationError) as raised:
        asker.models.list()

    assert raised.value.code == "invalid_api_key"
    assert asker.with_options(api_key="right").models.list().data


def test_a_cut_answer_is_no_answer(serve: Serve, client: Client) -> None:
    with pytest.raises(openai.APIConnectionError):
        client(serve(WORDS)).chat.completions.create(model="m", messages=ASK)


def test_a_cut_stream_has_half_of_the_words(serve: Serve, client: Client) -> None:
    stream = client(serve(WORDS)).chat.completions.create(model="m", messages=ASK, stream=True)
    heard: list[str] = []

    with pytest.raises(openai.APIConnectionError):
        heard.extend(chunk.choices[0].delta.content or "" for chunk in stream)

    assert heard == ["", "one ", "two "]


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
