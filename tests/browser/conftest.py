"""A run with something of everything, its page as a file, and a browser to open it in."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from evalkit.model.chat import (
    Attachment,
    ChatReply,
    Fault,
    ImagePart,
    Message,
    Part,
    TextPart,
    Timing,
    ToolCall,
    Try,
    Usage,
    WireWarning,
)
from evalkit.model.check import Evidence, Verdict
from evalkit.model.outcome import Outcome, Status
from evalkit.model.run import CalledDeployment, Note, PlannedItem, Run, RunEnd, RunStart
from evalkit.model.transcript import Exchange, Transcript
from evalkit.report import html
from evalkit.source import Span

SUITE = "suites/food.yaml"
LARGE = 2_400
STARTED = 1_795_546_862.0
HOSTILE = (
    "<script>alert(1)</script> </script><img src=x onerror=alert(2)> \u202egpj.exe \x1b[2J\x00"
)


def png(width: int, height: int) -> bytes:
    """Draw a small picture: rings in warm colours."""
    rows = b"".join(
        b"\0"
        + b"".join(
            bytes((235, 120 + (x * x + y * y) // 90 % 90, 60 + (x * y) // 70 % 60))
            for x in range(-width // 2, width // 2)
        )
        for y in range(-height // 2, height // 2)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


PICTURE = png(320, 200)
BURGER = Attachment(
    name="images/burger.png",
    media_type="image/png",
    size=len(PICTURE),
    sha256=hashlib.sha256(PICTURE).hexdigest(),
)


PLANNED: dict[str, PlannedItem] = {}
"""The items made so far, in order."""


def item(conversation: str, deployment: str, line: int = 12, **more: object) -> PlannedItem:
    data: dict[str, object] = {
        "id": f"{SUITE}::{conversation}[{deployment}]",
        "suite": SUITE,
        "conversation": conversation,
        "deployment": deployment,
        "span": Span(SUITE, line, 5),
        **more,
    }
    planned = PlannedItem.model_validate(data)
    PLANNED[planned.id] = planned
    return planned


def reply(text: str, total: float = 1.24, **more: object) -> ChatReply:
    data: dict[str, object] = {
        "text": text,
        "usage": Usage(prompt=412, completion=38, total=450),
        "timing": Timing(total=total, first_token=0.31),
        "streamed": True,
        "finish_reason": "stop",
        "model": "gpt-4o-2024-11-20",
        "tries": (Try(status=200, seconds=total),),
        **more,
    }
    return ChatReply.model_validate(data)


def said(role: str, *parts: Part | str) -> Message:
    pieces = tuple(TextPart(text=part) if isinstance(part, str) else part for part in parts)
    return Message.model_validate({"role": role, "parts": pieces})


def verdict(status: str, check: str, reason: str, turn: int | None, **more: object) -> Verdict:
    data: dict[str, object] = {
        "status": status,
        "check": check,
        "reason": reason,
        "turn": turn,
        "span": Span(SUITE, 21, 11),
        **more,
    }
    return Verdict.model_validate(data)


PROMPT = (
    "You analyse pictures of food for a nutrition service. Answer with one JSON object and nothing"
    " else: the key dishes lists what is on the plate, each with its name and kilocalories, and"
    " total_calories is their sum. If the picture shows no food, answer with an empty list and a"
    " total of zero. Never guess a brand. When you are asked a question of taste, say that you are"
    " here for numbers, kindly, in one sentence."
)


def dialogue(answer: str) -> Transcript:
    question = said("user", "What is in this burger?", ImagePart(attachment=BURGER))
    first = Exchange(
        turn=1,
        added=(said("system", PROMPT), question),
        params={"temperature": 0},
        response_format={"type": "json_object"},
        stream=True,
        reply=reply(answer, reasoning="The bun is sesame.\nThere is cheese, so about 640 kcal."),
    )
    second = Exchange(
        turn=2,
        added=(said("user", "Is 640 kcal too much for lunch? One word."),),
        params={"temperature": 0},
        stream=True,
        reply=reply(
            "No.",
            0.62,
            tries=(Try(status=503, kind="server", seconds=0.2), Try(status=200, waited=0.5)),
            warnings=(WireWarning(name="missing_done", detail="no [DONE] came"),),
        ),
    )
    return Transcript(exchanges=(first, second))


GOOD = '{"dishes": [{"name": "burger in a bun", "calories": 640}], "total_calories": 640}'
BAD = '{"dishes": [{"name": "sandwich"}], "total_calories": "about six hundred"}'


def outcome(
    planned: PlannedItem,
    status: Status,
    transcript: Transcript,
    verdicts: tuple[Verdict, ...] = (),
    reason: str = "",
) -> Outcome:
    return Outcome(
        trial=f"{planned.id}#1",
        item=planned.id,
        status=status,
        reason=reason,
        transcript=transcript,
        verdicts=verdicts,
        started=STARTED + 1,
        seconds=1.9,
    )


def passing() -> tuple[Verdict, ...]:
    return (
        verdict("passed", "complete", "the reply is complete", 1, span=None),
        verdict("passed", "contains", "reply contains 'bun'", 1),
        verdict("passed", "json_schema", "the reply fits schemas/food.json", 1, label="shape"),
        verdict("passed", "regex", r"'^(yes|no)\\.?$' matches the reply", 2),
        verdict("passed", "tokens", "900 tokens in all, at most 1500", None),
    )


def failing() -> tuple[Verdict, ...]:
    evidence = (
        Evidence(
            pointer="/total_calories",
            message="expected a number, got a string",
            excerpt='"about six hundred"',
        ),
        Evidence(pointer="/dishes/0", message="'calories' is missing", excerpt=""),
    )
    return (
        verdict("passed", "complete", "the reply is complete", 1, span=None),
        verdict("failed", "contains", "reply does not contain 'bun'", 1),
        verdict(
            "failed",
            "json_schema",
            "the reply does not fit schemas/food.json in 2 places",
            1,
            label="shape",
            evidence=evidence,
        ),
        verdict("passed", "regex", "matches", 2),
        verdict("failed", "length", "42 words, at most 40", 2, optional=True),
        verdict("passed", "tokens", "900 tokens in all, at most 1500", None),
    )


NAMES = ("maas-4o", "candidate", "local-llama")

REFUSED = Fault(
    kind="connect",
    message="127.0.0.1:8000 refused the connection: is the server running?",
    tries=(Try(kind="connect", seconds=0.01), Try(kind="connect", waited=0.8, seconds=0.01)),
)

CUT = Fault(
    kind="stream_truncated",
    message="the stream ended without a finish_reason",
    status=200,
    request_id="req_8f2",
    partial=reply("I would be happy to hel", usage=None, finish_reason=None),
)


def asked(question: str, answer: ChatReply | None = None, fault: Fault | None = None) -> Transcript:
    exchange = Exchange(turn=0, added=(said("user", question),), reply=answer, fault=fault)
    return Transcript(exchanges=(exchange,))


def burgers() -> list[Outcome]:
    reason = "turn 1: reply does not contain 'bun'"
    first, second, third = (
        item("burger", name, tags=("vision", "smoke"), labels=(None, "look", "ask"))
        for name in NAMES
    )
    return [
        outcome(first, "passed", dialogue(GOOD), passing()),
        outcome(second, "failed", dialogue(BAD), failing(), reason),
        outcome(third, "passed", dialogue(GOOD), passing()),
    ]


def refunds() -> list[Outcome]:
    """Three attempts each: one of them fails, none of them fails, all of them err."""
    money = asked("I want my money back", reply("Of course. Which order is it?", 0.84))
    down = asked("I want my money back", fault=REFUSED)
    good = (verdict("passed", "contains_any", "reply contains 'order'", 0),)
    bad = (verdict("failed", "contains_any", "reply has none of 'refund'", 0),)
    kinds: dict[str, tuple[Status, Transcript, tuple[Verdict, ...], str]] = {
        "p": ("passed", money, good, ""),
        "f": ("failed", money, bad, "reply has none of 'refund'"),
        "e": ("error", down, (), REFUSED.message),
    }
    attempts: list[Outcome] = []
    for name, letters in zip(NAMES, ("pfp", "ppp", "eee"), strict=True):
        planned = item("refund", name, 40, tags=("smoke",), repeat=3, pass_if="majority")
        for attempt, letter in enumerate(letters, 1):
            more = {"attempt": attempt, "trial": f"{planned.id}#{attempt}"}
            attempts.append(outcome(planned, *kinds[letter]).model_copy(update=more))
    return attempts


def singles() -> list[Outcome]:
    tool = ToolCall(id="c1", name="get_weather", arguments='{"city": "Oslo"}')
    weather = reply("", tool_calls=(tool,), finish_reason="tool_calls")
    dry = (verdict("failed", "contains", "reply does not contain '7'", 0),)
    attack = Transcript(
        exchanges=(
            Exchange(turn=0, added=(said("user", HOSTILE),), reply=reply(HOSTILE * 3)),
            Exchange(turn=1, added=(said("user", "More"),), reply=reply("long line " * 9000)),
        )
    )
    hostile = (verdict("failed", "equals", HOSTILE, 0), verdict("failed", "length", "long", 1))
    greeting = item("greeting", NAMES[0], 60, description="Says hello, and nothing more")
    return [
        outcome(greeting, "error", asked("Good morning", fault=CUT), (), CUT.message),
        outcome(
            item("hostile", NAMES[1], 70, tags=("<b>tag</b>",)), "failed", attack, hostile, HOSTILE
        ),
        outcome(
            item("weather", NAMES[0], 80, xfail="the tool is not there yet"),
            "failed",
            asked("What is the weather in Oslo?", weather),
            dry,
            dry[0].reason,
        ),
    ]


def facts(count: int = 8) -> list[Outcome]:
    good = (verdict("passed", "contains", "reply contains 'this'", 0),)
    return [
        outcome(
            item(f"fact-{number}", name, 120 + number, tags=("facts",)),
            "passed",
            asked(f"What is fact {number}?", reply("It is this.", 0.7)),
            good,
        )
        for number in range(1, count + 1)
        for name in NAMES[:2]
    ]


def called(name: str, base_url: str, model: str | None = None) -> CalledDeployment:
    return CalledDeployment(name=name, api="chat_completions", base_url=base_url, model=model)


@pytest.fixture(scope="session")
def run() -> Run:
    PLANNED.clear()
    outcomes = (*burgers(), *refunds(), *singles(), *facts())
    item("haggler", NAMES[1], 90, skip="CANDIDATE_KEY is not set")
    item("farewell", NAMES[2], 99)
    deployments = (
        called(NAMES[0], "https://maas.example/v1"),
        called(NAMES[1], "https://candidate.example/v1", "gpt-4o-mini"),
        called(NAMES[2], "http://127.0.0.1:8000/v1", "llama-3.1-8b"),
    )
    return Run(
        start=RunStart(
            id="k3v9",
            evalkit="0.1.0",
            started=STARTED,
            command=("evalkit", "run", "suites"),
            deployments=deployments,
        ),
        items=tuple(PLANNED.values()),
        outcomes=outcomes,
        end=RunEnd(ended=STARTED + 42.5, exit_code=1),
        damage=("run.jsonl:7 is skipped: the checksum does not match",),
        blob={BURGER.sha256: PICTURE}.__getitem__,
        notes=(Note(text="maas-4o refused stream_options; it was left out from then on"),),
    )


@pytest.fixture(scope="session")
def report(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html.render(run), "utf-8")
    return path


@pytest.fixture(scope="session")
def large_report(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page of more conversations than are shown as HTML at once."""
    known = dict(PLANNED)
    PLANNED.clear()
    outcomes = facts(LARGE // 2)
    large = replace(run, items=tuple(PLANNED.values()), outcomes=tuple(outcomes))
    PLANNED.clear()
    PLANNED.update(known)
    path = tmp_path_factory.mktemp("large") / "report.html"
    path.write_text(html.render(large), "utf-8")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
