"""A scripted deployment: real HTTP to an embedded server, from entering to leaving."""

import asyncio
from typing import Any

import pytest

from evalkit.apis.scripted import Scripted
from evalkit.model.api import Services
from evalkit.model.chat import (
    Attachment,
    CallError,
    ChatReply,
    ChatRequest,
    Message,
    TextPart,
)
from evalkit.model.consultation import (
    EmbeddingReply,
    EmbeddingRequest,
    ModerationReply,
    ModerationRequest,
)
from evalkit.model.data import Authored
from evalkit.model.deployment import Deployment, Retry
from evalkit.server.script import Script
from evalkit.source import Span


class NoFiles:
    """Nothing is attached."""

    def read(self, attachment: Attachment) -> bytes:
        raise LookupError(attachment)

    def base64(self, attachment: Attachment) -> str:
        raise LookupError(attachment)


def deployment(script: dict[str, Any]) -> Deployment:
    options = Scripted.Options(script=Script.model_validate(script))
    span = Span("suites/deployments.yaml")
    retry = Retry(tries=1)
    return Deployment(name="good", span=span, api="scripted", retry=retry, options=options)


def ask(script: dict[str, Any], *, stream: bool = False) -> ChatReply:
    said = Message(role="user", parts=(TextPart(text="hello"),))

    async def send() -> ChatReply:
        async with Scripted(deployment(script), Services(files=NoFiles())) as api:
            return await api.send(ChatRequest(messages=(said,), stream=stream))

    return asyncio.run(send())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_the_script_answers(*, stream: bool) -> None:
    reply = ask({"rules": [{"when": {"user": "hello"}, "reply": "Hi there"}]}, stream=stream)
    assert (reply.text, reply.streamed, reply.result) == ("Hi there", stream, "ok")


def test_a_request_that_no_rule_fits_is_a_fault_that_says_so() -> None:
    with pytest.raises(CallError, match="no rule of the script fits: 'hello'"):
        ask({})


def test_a_deployment_without_a_script_is_refused() -> None:
    bare = deployment({}).model_copy(update={"options": Authored()})
    with pytest.raises(TypeError, match="'good' has no script"):
        Scripted(bare, Services(files=NoFiles()))


def test_it_gives_vectors_and_moderates() -> None:
    script = {"rules": [{"when": {"user": "bad"}, "reply": {"flagged": ["hate"]}}]}

    async def work() -> tuple[EmbeddingReply, ModerationReply]:
        async with Scripted(deployment(script), Services(files=NoFiles())) as api:
            vectors = await api.embed(EmbeddingRequest(texts=("a", "b")))
            return vectors, await api.moderate(ModerationRequest(text="this is bad"))

    vectors, moderated = asyncio.run(work())

    assert (len(vectors.vectors), moderated.categories) == (2, ("hate",))
    assert [len(told.tries) for told in (vectors, moderated)] == [1, 1]
