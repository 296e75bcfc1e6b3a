"""What single features make of answers that no server of these tests gives."""

import asyncio
import json
from typing import Any

import pytest

from evalkit.model.api import Services
from evalkit.model.chat import ChatReply, Fault, StreamFacts, ToolCall
from evalkit.model.deployment import Deployment
from evalkit.model.profile import Profile
from evalkit.probe import calling
from evalkit.probe.examination import features
from evalkit.probe.feature import Setting
from evalkit.probe.picture import Pictures
from evalkit.probe.questions import PLAIN
from evalkit.probe.seen import Raw, Seen
from evalkit.source import Span

CALLED = Deployment(name="d", span=Span("a.yaml"), base_url="http://127.0.0.1/v1", model="m")
CUMULATIVE = CALLED.model_copy(update={"profile": Profile(deltas="cumulative")})
FACTS = StreamFacts(role_first=True, finishes=1, done=True)


def seen(text: str = "x", body: object = None, **more: Any) -> Seen:
    return Seen(ChatReply(text=text, **more), Raw(200, {}, json.dumps(body)))


def streamed(*chunks: dict[str, object], **more: Any) -> Seen:
    events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    return Seen(ChatReply(text="x", stream=FACTS, **more), Raw(200, {}, events))


def failed(status: int, body: str, kind: Any = "bad_request") -> Seen:
    return Seen(Fault(kind=kind, message="words", status=status), Raw(status, {}, body))


def choices(*found: dict[str, object]) -> dict[str, object]:
    return {"choices": list(found)}


WHOLE = seen(body={"object": "chat.completion"}, finish_reason="stop")
NOT_BOTH = "an item of choices[0].logprobs.content has no token or no logprob"

CASES: dict[str, tuple[str, list[Seen], str, str]] = {
    "an id that changes": (
        "stream_shape",
        [
            seen(body={"id": "1"}, finish_reason="stop"),
            streamed({"id": "1"}, {"id": "2"}, finish_reason="stop"),
        ],
        "deviates",
        "the id differs from chunk to chunk",
    ),
    "chunks that are called otherwise": (
        "stream_shape",
        [WHOLE, streamed({"object": "chunk"}, finish_reason="stop")],
        "deviates",
        "a chunk's object is 'chunk'",
    ),
    "a reply that is called otherwise": (
        "stream_shape",
        [
            seen(body={"object": "reply"}, finish_reason="stop"),
            streamed({"object": "chat.completion.chunk"}, finish_reason="stop"),
        ],
        "deviates",
        "the whole reply's object is 'reply'",
    ),
    "another end": (
        "stream_shape",
        [WHOLE, streamed({"object": "chat.completion.chunk"}, finish_reason="eos")],
        "deviates",
        "it ends with 'eos', the whole reply with 'stop'",
    ),
    "two backends": (
        "seed",
        [seen("a", {"system_fingerprint": "1"}), seen("b", {"system_fingerprint": "2"})],
        "unknown",
        "two replies differ, of two backends by system_fingerprint",
    ),
    "a stop that ends otherwise": (
        "stop",
        [seen("alpha bravo ", finish_reason="eos")],
        "deviates",
        "the reply ends with 'eos', not with 'stop'",
    ),
    "a reply that never came to the stop word": (
        "stop",
        [seen("No.")],
        "unknown",
        "the reply was 'No.', which shows nothing",
    ),
    "logprobs without numbers": (
        "logprobs",
        [seen(body=choices({"logprobs": {"content": [{"token": "1"}]}}))],
        "deviates",
        NOT_BOTH,
    ),
    "logprobs that are words": (
        "logprobs",
        [seen(body=choices({"logprobs": {"content": ["1"]}}))],
        "deviates",
        NOT_BOTH,
    ),
    "choices without numbers": (
        "n",
        [seen(body=choices({"index": 0}, {"index": 0}))],
        "deviates",
        "the choices are not numbered 0 and 1",
    ),
    "a call of another tool": (
        "tools",
        [seen(tool_calls=(ToolCall(name="look"),), finish_reason="tool_calls")],
        "deviates",
        "the call is of 'look', which was not offered",
    ),
    "a call where none is expected": (
        "tool_results",
        [seen("", tool_calls=(ToolCall(name="look"),))],
        "unknown",
        "the reply calls 'look' and says nothing",
    ),
    "a model that refuses": (
        "image",
        [seen("", refusal="I must not.")],
        "unknown",
        "the model refused: 'I must not.'",
    ),
    "a reply that is all reasoning": (
        "json_object",
        [seen("", result="truncated")],
        "unknown",
        "the reply was cut before any text",
    ),
    "JSON that is no object": (
        "json_object",
        [seen("[1]")],
        "deviates",
        "accepted, but the reply '[1]' is no object",
    ),
    "an error that is a text": (
        "bad_parameter",
        [failed(400, '{"error": "no"}')],
        "deviates",
        "'error' is no object",
    ),
    "an error without words": (
        "bad_parameter",
        [failed(400, '{"error": {"code": 3}}')],
        "deviates",
        "'error' has no text 'message'",
    ),
    "an error without a body": (
        "bad_parameter",
        [failed(400, "")],
        "deviates",
        "the body is empty",
    ),
    "a server that is busy": ("wrong_model", [failed(429, "{}", "rate_limit")], "unknown", "words"),
    "what a server has not learnt": (
        "logprobs",
        [failed(501, "", "server")],
        "unsupported",
        "words",
    ),
    "a reply that is none": (
        "logprobs",
        [failed(200, "", "response_invalid")],
        "deviates",
        "words",
    ),
}


@pytest.mark.parametrize(("name", "answers", "status", "why"), CASES.values(), ids=list(CASES))
def test_an_answer_is_judged(name: str, answers: list[Seen], status: str, why: str) -> None:
    found = features()[name].find(Setting(CALLED), answers)

    assert (found.status, found.why) == (status, why)


def test_cumulative_deltas_that_the_profile_names_still_deviate() -> None:
    found = features()["stream"].find(Setting(CUMULATIVE), [streamed()])

    assert found.why == "the profile says that each delta repeats those before it"


def test_a_plugin_that_breaks_is_a_fault() -> None:
    called = CALLED.model_copy(update={"api": "nowhere"})

    answer = asyncio.run(calling.answer(called, Services(Pictures()), PLAIN.request))

    assert isinstance(answer, Fault)
    assert answer.message == "api 'nowhere' raised KeyError: 'nowhere'"
