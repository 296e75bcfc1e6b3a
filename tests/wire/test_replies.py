"""What real deployments have been seen to send, each over a socket and read to its end."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from evalkit.model.chat import CallError, ChatReply

REPLIES = json.loads((Path(__file__).parent / "replies.json").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=f"{case['id']}-{case['name']}") for case in REPLIES]
FIELDS = ("error_kind", "text", "reasoning", "refusal", "tool_calls", "finish_reason", "usage")


def head_of(case: dict[str, Any], size: int) -> bytes:
    delivery = case.get("delivery", {})
    headers = dict(case["headers"])
    if delivery.get("close") == "cut":
        headers["Transfer-Encoding"] = "chunked"
    elif delivery.get("content_length", True):
        headers["Content-Length"] = str(size)
    else:
        headers["Connection"] = "close"
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {case['status']} Status", *lines, "", ""]).encode()


async def deliver(case: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """Send the reply in the parts, with the pause and to the end that its delivery asks for."""
    body, delivery = case["body"].encode(), case.get("delivery", {})
    cut = delivery.get("close") == "cut"
    split = delivery.get("after_bytes", len(body))
    writer.write(head_of(case, len(body)))
    for part in (body[:split], body[split:]):
        writer.write(b"%x\r\n%s\r\n" % (len(part), part) if cut and part else part)
        await writer.drain()
        if part is not body[split:]:
            await asyncio.sleep(delivery.get("pause_s", 0))
    if delivery.get("close"):
        writer.close()


def outcome(answer: ChatReply | CallError) -> dict[str, Any]:
    """Give what the record holds of an answer, under the names of the table."""
    fault = answer.fault if isinstance(answer, CallError) else None
    reply = answer if isinstance(answer, ChatReply) else (fault and fault.partial) or ChatReply()
    usage = reply.usage and reply.usage.model_dump(include={"prompt", "completion", "total"})
    return {
        "result": "error" if fault else reply.result,
        "error_kind": fault and fault.kind,
        "retryable": fault is not None and len(fault.tries) > 1,
        "text": reply.text,
        "reasoning": reply.reasoning,
        "refusal": reply.refusal,
        "tool_calls": [call.model_dump() for call in reply.tool_calls],
        "finish_reason": reply.finish_reason,
        "usage": usage,
        "warnings": {warning.name for warning in reply.warnings},
        "message": fault.message if fault else "",
    }


def call(wire: Any, case: dict[str, Any]) -> dict[str, Any]:
    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        await deliver(case, writer)

    async def run() -> ChatReply | CallError:
        async with wire.server(handle) as server:
            deployment = wire.deployment(server.base_url)
            async with wire.line(deployment, wire.waits().clock) as line:
                try:
                    reply: ChatReply = await line.send(wire.asking(stream=case["stream"]))
                except CallError as error:
                    return error
                return reply

    return outcome(asyncio.run(run()))


@pytest.mark.parametrize("case", CASES)
def test_a_reply_is_read_as_the_table_says(wire: Any, case: dict[str, Any]) -> None:
    got = call(wire, case)

    wanted = {name: case[name] for name in ("result", "retryable", *FIELDS)}
    assert {name: got[name] for name in wanted} == wanted
    assert got["warnings"] >= set(case["warnings"])
    assert case["result"] == "error" or got["warnings"] == set(case["warnings"])
    assert (case["message_contains"] or "") in got["message"]


def test_the_table_holds_every_result_and_every_kind_of_fault_that_a_body_can_be() -> None:
    assert {case["result"] for case in REPLIES} == {
        "ok",
        "error",
        "filtered",
        "refused",
        "truncated",
        "empty",
    }
