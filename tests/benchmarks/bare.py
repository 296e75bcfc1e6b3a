"""A bare aiohttp client: as little as it takes to have the same conversations."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import aiohttp

SECONDS: dict[str, float] = {}
"""What each request took, by its id."""


async def ask(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> str:
    """Send a chat and give the text of its reply, streamed or not."""
    started = time.monotonic()
    async with session.post(url, json=body) as response:
        text = await (streamed(response) if body.get("stream") else whole(response))
        SECONDS[response.headers["x-request-id"]] = time.monotonic() - started
        return text


async def whole(response: aiohttp.ClientResponse) -> str:
    data = await response.json()
    return str(data["choices"][0]["message"]["content"])


async def streamed(response: aiohttp.ClientResponse) -> str:
    texts = []
    async for line in response.content:
        if line.startswith(b"data: {"):
            choices = json.loads(line[6:])["choices"]
            texts += [choice["delta"].get("content") or "" for choice in choices]
    return "".join(texts)


async def converse(
    session: aiohttp.ClientSession, url: str, turns: int, more: dict[str, Any]
) -> None:
    messages: list[dict[str, str]] = []
    for turn in range(turns):
        messages.append({"role": "user", "content": f"question {turn}"})
        text = await ask(session, url, {"model": "m", "messages": messages, **more})
        assert "answer" in text
        messages.append({"role": "assistant", "content": text})


async def main(url: str, conversations: int, turns: int, in_flight: int, stream: str) -> None:
    """Have so many conversations, and print their CPU seconds, and the seconds of each request."""
    more = {"stream": True, "stream_options": {"include_usage": True}} if stream == "yes" else {}
    waiting: Iterator[int] = iter(range(conversations))

    async def work(session: aiohttp.ClientSession) -> None:
        for _ in waiting:
            await converse(session, url, turns, more)

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        started = time.process_time()
        await asyncio.gather(*(work(session) for _ in range(in_flight)))
        cpu = time.process_time() - started
    sys.stdout.write(json.dumps({"cpu": cpu, "seconds": SECONDS}))


if __name__ == "__main__":
    address, conversation_count, turn_count, place_count, wanted = sys.argv[1:]
    counts = int(conversation_count), int(turn_count), int(place_count)
    asyncio.run(main(address, *counts, wanted))
