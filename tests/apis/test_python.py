"""Deployments that are Python callables."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

import pytest

from evalkit.apis.python import Python
from evalkit.model.api import Services
from evalkit.model.chat import Attachment, CallError, ChatReply, ChatRequest, Message, TextPart
from evalkit.model.deployment import Deployment, Limits, Timeout
from evalkit.source import Span


class NoFiles:
    """There are no attachments."""

    def read(self, attachment: Attachment) -> bytes:
        raise FileNotFoundError(attachment.name)

    def base64(self, attachment: Attachment) -> str:
        raise FileNotFoundError(attachment.name)


REQUEST = ChatRequest(
    messages=(Message(role="user", parts=(TextPart(text="hi"),)),), params={"top_p": 1}
)
COMPLETION = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}


def deployment(
    call: Callable[..., Any],
    total: float = 5.0,
    concurrency: int = 8,
    first_token: float = 5.0,
    idle: float = 5.0,
) -> Deployment:
    return Deployment(
        name="own",
        span=Span("suite.yaml"),
        api="python",
        params={"temperature": 0},
        timeout=Timeout(first_token=first_token, idle=idle, total=total),
        limits=Limits(concurrency=concurrency),
        options=Python.Options(call=call),
    )


def replies(
    called: Deployment, times: int = 1, request: ChatRequest = REQUEST
) -> list[ChatReply | BaseException]:
    async def run() -> list[ChatReply | BaseException]:
        async with Python(called, Services(files=NoFiles())) as api:
            sends = (api.send(request) for _ in range(times))
            return list(await asyncio.gather(*sends, return_exceptions=True))

    return asyncio.run(run())


def reply(call: Callable[..., Any]) -> ChatReply:
    (answer,) = replies(deployment(call))
    assert isinstance(answer, ChatReply)
    return answer


def error(call: Callable[..., Any], total: float = 5.0) -> CallError:
    (answer,) = replies(deployment(call, total))
    assert isinstance(answer, CallError)
    return answer


async def asynchronous(messages: list[Any], params: dict[str, Any]) -> str:
    await asyncio.sleep(0)
    return f"{messages} {params}"


def synchronous(messages: list[Any], params: dict[str, Any]) -> str:
    return f"{messages} {params}"


def any_names(**arguments: Any) -> str:
    return f"{arguments['messages']} {arguments['params']}"


class Answerer:
    """An object that is called."""

    async def __call__(self, messages: list[Any], params: dict[str, Any]) -> str:
        return f"{messages} {params}"


@pytest.mark.parametrize("call", [asynchronous, synchronous, any_names, Answerer()])
def test_a_callable_gets_messages_in_openai_form_and_all_params(call: Callable[..., Any]) -> None:
    assert reply(call).text == (
        "[{'role': 'user', 'content': 'hi'}] {'temperature': 0, 'top_p': 1}"
    )


def test_a_callable_that_takes_no_params_gets_none() -> None:
    assert reply(lambda messages: messages[0]["content"]).text == "hi"


@pytest.mark.parametrize(
    ("returned", "wanted"),
    [
        pytest.param("hi", ("hi", "ok"), id="text"),
        pytest.param(" ", (" ", "empty"), id="blank text"),
        pytest.param(COMPLETION, ("hi", "ok"), id="completion"),
        pytest.param({"text": "hi"}, ("hi", "ok"), id="parts"),
        pytest.param({"text": "hi", "finish_reason": "length"}, ("hi", "truncated"), id="its end"),
        pytest.param(ChatReply(text="a", result="truncated"), ("a", "truncated"), id="reply"),
    ],
)
def test_what_is_returned_becomes_the_reply(returned: object, wanted: tuple[str, str]) -> None:
    got = reply(lambda: returned)

    assert (got.text, got.result) == wanted


def test_the_usage_of_a_returned_completion_is_kept() -> None:
    usage = reply(lambda: COMPLETION).usage

    assert usage
    assert (usage.prompt, usage.completion, usage.total) == (1, 2, 3)


def test_the_time_that_the_callable_took_is_measured() -> None:
    timing = reply(lambda: "hi").timing

    assert timing
    assert 0 < timing.total < 5


def bug() -> str:
    raise TypeError("no such thing")


def leave() -> str:
    raise SystemExit(1)


async def late() -> str:
    raise TimeoutError("upstream")


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        pytest.param(bug, "server", "bug raised TypeError: no such thing", id="bug"),
        pytest.param(leave, "server", "leave raised SystemExit: 1", id="exit"),
        pytest.param(late, "server", "late raised TimeoutError: upstream", id="own timeout"),
        pytest.param(lambda: 7, "response_invalid", "returned int", id="number"),
        pytest.param(dict, "response_invalid", "without 'text'", id="no completion"),
        pytest.param(
            lambda: {"text": "", "tokens": 1}, "response_invalid", "unknown 'tokens'", id="a slip"
        ),
    ],
)
def test_what_goes_wrong_is_a_fault(call: Callable[..., Any], kind: str, words: str) -> None:
    fault = error(call).fault

    assert fault.kind == kind
    assert words in fault.message


def test_a_call_error_of_the_callable_passes_as_it_is() -> None:
    inner = error(bug)

    def call() -> str:
        raise inner

    assert error(call) is inner


async def endless() -> str:
    await asyncio.Event().wait()
    return ""


def test_an_asynchronous_callable_is_stopped_at_the_total_timeout() -> None:
    assert error(endless, total=0.05).fault.kind == "timeout_total"


def test_a_hanging_function_holds_up_nobody_after_its_timeout() -> None:
    first, release = threading.Event(), threading.Event()

    def call() -> str:
        if not first.is_set():
            first.set()
            release.wait(5)
        return "done"

    hung, served = replies(deployment(call, total=0.1), times=2)
    release.set()

    assert isinstance(hung, CallError)
    assert isinstance(served, ChatReply)
    assert served.text == "done"


def test_a_function_runs_one_call_at_a_time_on_a_thread_of_its_own() -> None:
    threads: list[int] = []
    running = threading.Lock()

    def call() -> str:
        assert running.acquire(blocking=False)
        threads.append(threading.get_ident())
        running.release()
        return "hi"

    answers = replies(deployment(call), times=5)

    assert all(isinstance(answer, ChatReply) for answer in answers)
    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


def test_an_asynchronous_callable_runs_as_often_at_once_as_the_limit_allows() -> None:
    running, most = 0, 0

    async def call() -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return "hi"

    replies(deployment(call, concurrency=3), times=9)

    assert most == 3


def test_tools_and_the_response_format_are_given_to_what_takes_them() -> None:
    given: ChatRequest = REQUEST.model_copy(
        update={"tools": ({"type": "function"},), "response_format": {"type": "json_object"}}
    )

    def call(tools: list[Any], response_format: dict[str, Any]) -> str:
        return f"{tools} {response_format}"

    (answer,) = replies(deployment(call), request=given)

    assert isinstance(answer, ChatReply)
    assert answer.text == "[{'type': 'function'}] {'type': 'json_object'}"


def test_the_parts_of_a_reply_may_be_returned_by_their_names() -> None:
    tool_call = {"id": "1", "function": {"name": "find", "arguments": "{}"}}

    got = reply(lambda: {"text": "", "tool_calls": [tool_call], "usage": COMPLETION["usage"]})

    assert got.usage
    assert (got.tool_calls[0].name, got.usage.total, got.warnings) == ("find", 3, ())


def chunk(content: str, finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return {"id": "1", "object": "o", "created": 1, "model": "m", "choices": [choice]}


def pieces() -> Iterator[str]:
    yield "hel"
    yield ""
    yield "lo"


async def late_pieces() -> AsyncIterator[str]:
    yield "hel"
    await asyncio.sleep(0)
    yield "lo"


def chunks() -> Iterator[dict[str, Any]]:
    yield chunk("hel")
    yield chunk("lo", "stop")
    yield {**chunk(""), "choices": [], "usage": COMPLETION["usage"]}


async def late_source() -> AsyncIterator[str]:
    return late_pieces()


STREAMS = [
    pytest.param(pieces, id="texts"),
    pytest.param(late_pieces, id="asynchronous texts"),
    pytest.param(chunks, id="chunks"),
    pytest.param(lambda: (piece for piece in ("hel", "lo")), id="a returned generator"),
    pytest.param(partial(late_pieces), id="a returned asynchronous generator"),
    pytest.param(late_source, id="an awaited generator"),
    pytest.param(lambda: iter(["hel", "lo"]), id="an iterator"),
    pytest.param(lambda: iter(["hel", chunk("lo", "stop")]), id="both"),
]


@pytest.mark.parametrize("call", STREAMS)
def test_what_is_yielded_is_streamed_and_timed(call: Callable[..., Any]) -> None:
    got = reply(call)

    assert (got.text, got.result, got.streamed, got.warnings) == ("hello", "ok", True, ())
    assert got.stream
    assert got.stream.contents == 2
    assert got.timing
    assert got.timing.first_token is not None
    assert len(got.timing.contents) == 2
    assert 0 <= got.timing.first_token <= got.timing.total


def test_the_usage_of_chunks_is_kept() -> None:
    usage = reply(chunks).usage

    assert usage
    assert usage.total == 3


@pytest.mark.parametrize("call", [lambda: iter(()), lambda: iter([""])], ids=["nothing", "blank"])
def test_a_generator_without_contents_is_an_empty_reply(call: Callable[..., Any]) -> None:
    assert reply(call).result == "empty"


def failing(*items: object) -> Iterator[object]:
    yield from items
    raise ValueError("no luck")


BROKEN = [
    pytest.param(failing, ("server", ""), "raised ValueError: no luck", id="at once"),
    pytest.param(
        lambda: failing("hel"), ("stream_truncated", "hel"), "in the middle", id="in the middle"
    ),
    pytest.param(lambda: iter(["a", 7]), ("response_invalid", "a"), "yielded int", id="a number"),
    pytest.param(
        lambda: iter(["a", {"x": b""}]), ("response_invalid", "a"), "no JSON", id="no JSON"
    ),
    pytest.param(
        lambda: iter(["a", {"error": "no luck"}]), ("server", "a"), "no luck", id="an error"
    ),
]


@pytest.mark.parametrize(("call", "wanted", "words"), BROKEN)
def test_what_goes_wrong_in_a_stream_is_a_fault_with_what_came_before(
    call: Callable[..., Any], wanted: tuple[str, str], words: str
) -> None:
    fault = error(call).fault

    assert (fault.kind, fault.partial.text if fault.partial else "") == wanted
    assert words in fault.message


async def hanging(*items: str) -> AsyncIterator[str]:
    for item in items:
        yield item
    await asyncio.Event().wait()


def blocked(*items: str) -> Iterator[str]:
    yield from items
    RELEASED.wait(5)


def unending() -> Iterator[str]:
    while True:
        yield "a"


async def busy() -> AsyncIterator[str]:
    while True:
        yield ""


RELEASED = threading.Event()

HANGING = [
    pytest.param(hanging, {"first_token": 0.1}, "timeout_first_token", id="first"),
    pytest.param(lambda: hanging("a"), {"idle": 0.1}, "timeout_idle", id="idle"),
    pytest.param(lambda: hanging("a"), {"total": 0.1}, "timeout_total", id="total"),
    pytest.param(blocked, {"first_token": 0.1}, "timeout_first_token", id="blocked"),
    pytest.param(lambda: blocked("a"), {"idle": 0.1}, "timeout_idle", id="blocked later"),
    pytest.param(unending, {"total": 0.1}, "timeout_total", id="without end"),
    pytest.param(busy, {"first_token": 0.1}, "timeout_first_token", id="without a wait"),
]


@pytest.mark.parametrize(("call", "clocks", "kind"), HANGING)
def test_a_generator_that_hangs_is_left_when_its_clock_says_so(
    call: Callable[..., Any], clocks: dict[str, Any], kind: str
) -> None:
    (answer,) = replies(deployment(call, **clocks))

    assert isinstance(answer, CallError)
    assert answer.fault.kind == kind


def test_a_generator_that_is_left_early_is_closed_on_its_own_thread() -> None:
    closed, threads = threading.Event(), set[int]()

    def call() -> Iterator[object]:
        threads.add(threading.get_ident())
        try:
            yield 7
        finally:
            threads.add(threading.get_ident())
            closed.set()

    assert error(call).fault.kind == "response_invalid"
    assert closed.wait(5)
    assert len(threads) == 1


def test_asynchronous_generators_run_as_often_at_once_as_the_limit_allows() -> None:
    running, most = 0, 0

    async def call() -> AsyncIterator[str]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        yield "hi"
        running -= 1

    replies(deployment(call, concurrency=3), times=9)

    assert most == 3
