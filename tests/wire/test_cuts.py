"""The replies of the table, cut in two at each of their bytes, are read as in one piece."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evalkit.model.api import WireRequest, WireResponse
from evalkit.model.chat import CallError, Fault

REPLIES = json.loads((Path(__file__).parent / "replies.json").read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=f"{case['id']}-{case['name']}") for case in REPLIES]
OF_EACH_CALL = {"timing": True, "tries": True, "headers": True}
ON_SOCKETS = 150


class Memory:
    """A transport whose every response is the case's, in pieces; a cut one breaks at its end."""

    def __init__(self, case: dict[str, Any], pieces: Sequence[bytes]) -> None:
        self._case = case
        self._pieces = pieces

    @asynccontextmanager
    async def send(self, request: WireRequest) -> AsyncIterator[WireResponse]:
        del request
        headers = {name.lower(): value for name, value in self._case["headers"].items()}
        yield WireResponse(self._case["status"], headers, self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._case.get("delivery", {}).get("close") == "cut":
            raise CallError(Fault(kind="connect", message="the connection broke"))


async def read(wire: Any, case: dict[str, Any], *pieces: bytes) -> dict[str, Any]:
    """Give all that is known of the reply, but for what the time or the place makes differ."""
    services = replace(wire.services, transport=Memory(case, pieces))
    called = wire.deployment("http://memory/v1", retry=wire.one_try)
    async with wire.line(called, services=services) as line:
        return await asked(line, wire.asking(stream=case["stream"]))


async def asked(line: Any, request: Any) -> dict[str, Any]:
    try:
        answer = await line.send(request)
    except CallError as error:
        answer = error.fault
    told: dict[str, Any] = answer.model_dump(exclude=OF_EACH_CALL)
    return {"answer": type(answer).__name__, **told}


@pytest.mark.parametrize("case", CASES)
def test_a_reply_in_one_piece_has_the_result_and_the_text_of_the_table(
    wire: Any, case: dict[str, Any]
) -> None:
    found = asyncio.run(read(wire, case, case["body"].encode()))

    partial = found.get("partial") or {}
    assert found.get("kind") == case["error_kind"]
    assert case["result"] in (found.get("result"), "error")
    assert [found.get("text", partial.get("text", ""))] == [case["text"]]


@pytest.mark.parametrize("case", CASES)
def test_a_reply_cut_anywhere_is_read_as_in_one_piece(wire: Any, case: dict[str, Any]) -> None:
    body = case["body"].encode()

    async def run() -> list[int]:
        whole = await read(wire, case, body)
        cuts = range(len(body) + 1)
        return [cut for cut in cuts if await read(wire, case, body[:cut], body[cut:]) != whole]

    assert asyncio.run(run()) == []


@pytest.mark.parametrize("case", CASES)
def test_a_reply_that_arrives_byte_by_byte_is_read_as_in_one_piece(
    wire: Any, case: dict[str, Any]
) -> None:
    body = case["body"].encode()

    async def run() -> tuple[Any, Any]:
        single = [bytes([byte]) for byte in body]
        return await read(wire, case, *single), await read(wire, case, body)

    in_bytes, whole = asyncio.run(run())
    assert in_bytes == whole


Cut = tuple[dict[str, Any], int]


def cuts_on_sockets(seed: int) -> list[Cut]:
    """Choose replies and cuts; each is preceded by the same reply in one piece."""
    random = Random(seed)  # noqa: S311 - a sample
    chosen = [random.choice(REPLIES) for _ in range(ON_SOCKETS)]
    pairs = [((case, 0), (case, random.randint(0, len(case["body"].encode())))) for case in chosen]
    return [cut for pair in pairs for cut in pair]


def head_of(case: dict[str, Any], *, broken: bool) -> bytes:
    headers = {**case["headers"], "Connection": "close"}
    if broken:
        headers["Transfer-Encoding"] = "chunked"
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {case['status']} Status", *lines, "", ""]).encode()


async def write(writer: asyncio.StreamWriter, case: dict[str, Any], cut: int) -> None:
    """Write the two parts so that the other side reads each by itself."""
    body = case["body"].encode()
    broken = case.get("delivery", {}).get("close") == "cut"
    writer.write(head_of(case, broken=broken))
    for part in (body[:cut], body[cut:]):
        writer.write(b"%x\r\n%s\r\n" % (len(part), part) if broken and part else part)
        await writer.drain()
        for _ in range(5):
            await asyncio.sleep(0)
    writer.close()


def test_replies_cut_on_a_socket_are_read_as_in_one_piece(wire: Any) -> None:
    cuts = cuts_on_sockets(seed=7)
    now = cuts[:1]

    async def handle(writer: asyncio.StreamWriter, _: int) -> None:
        await write(writer, *now[0])

    async def run() -> list[dict[str, Any]]:
        async with wire.server(handle) as server:
            called = wire.deployment(server.base_url, retry=wire.one_try)
            found = []
            for case, cut in cuts:
                now[0] = case, cut
                async with wire.line(called) as line:
                    found.append(await asked(line, wire.asking(stream=case["stream"])))
            return found

    found = asyncio.run(run())
    names = [(case["id"], cut) for case, cut in cuts[1::2]]
    assert [
        name for name, one, two in zip(names, found[::2], found[1::2], strict=True) if one != two
    ] == []
