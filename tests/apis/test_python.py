"""Deployments that are Python callables."""

import asyncio
import threading
from collections.abc import Callable
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


def deployment(call: Callable[..., Any], total: float = 5.0, concurrency: int = 8) -> Deployment:
    return Deployment(
        name="own",
        span=Span("suite.yaml"),
        api="python",
        params={"temperature": 0},
        timeout=Timeout(total=total),
        limits=Limits(concurrency=concurrency),
        options=Python.Options(call=call),
    )


def replies(called: Deployment, times: int = 1) -> list[ChatReply | BaseException]:
    async def run() -> list[ChatReply | BaseException]:
        async with Python(called, Services(files=NoFiles())) as api:
            sends = (api.send(REQUEST) for _ in range(times))
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
        pytest.param(dict, "response_invalid", "no choices", id="no completion"),
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
