"""What a failure says on the console: why, where, and what was said instead."""

import pytest

from evalkit.model.chat import ChatReply, Fault, Message, TextPart, ToolCall
from evalkit.model.check import Evidence, Verdict
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange, Transcript
from evalkit.report.failure import LINES, explain
from evalkit.source import Span
from evalkit.summary import Settled

PLACE = "suites/a.yaml:3:5"
FAILED = Settled("failed", "turn 1: contains: reply does not contain 'x'", failed=1)
VERDICT = Verdict(
    status="failed",
    reason="reply does not contain 'x'",
    check="contains",
    span=Span("suites/a.yaml", 5, 9),
    turn=0,
)


def outcome(
    reply: ChatReply | None = None, fault: Fault | None = None, *verdicts: Verdict, attempt: int = 1
) -> Outcome:
    asked = Message(role="user", parts=(TextPart(text="Hello?"),))
    exchange = Exchange(turn=0, added=(asked,), reply=reply, fault=fault)
    return Outcome(
        trial=f"t#{attempt}",
        item="t",
        attempt=attempt,
        status="error" if fault else "failed",
        transcript=Transcript(exchanges=(exchange,), fault=fault),
        verdicts=verdicts,
    )


def body(*outcomes: Outcome) -> list[str]:
    """Give what stands below the reason, the place and the turn."""
    return explain(PLACE, FAILED, outcomes).splitlines()[3:]


def test_the_reason_comes_first_then_the_place_and_the_turn() -> None:
    told = explain(PLACE, FAILED, [outcome(ChatReply(text="no"), None, VERDICT)])
    assert told.splitlines()[:3] == [
        "turn 1: contains: reply does not contain 'x'",
        "  at suites/a.yaml:3:5",
        "  turn 1: Hello?",
    ]


REPLIES: dict[str, tuple[ChatReply, list[str]]] = {
    "a line": (ChatReply(text="no\n"), ["    reply: no"]),
    "nothing": (ChatReply(), ["    reply: (no text)"]),
    "several lines": (
        ChatReply(text='{\n  "a": 1\n}'),
        ["    reply:", "      | {", '      |   "a": 1', "      | }"],
    ),
    "a line that looks like the report": (
        ChatReply(text="a\n=== 9 passed ==="),
        ["    reply:", "      | a", "      | === 9 passed ==="],
    ),
    "a tool call": (
        ChatReply(
            tool_calls=(ToolCall(name="f", arguments='{"a": 1}'),), finish_reason="tool_calls"
        ),
        ['    calls f({"a": 1})'],
    ),
    "a reply that was cut": (
        ChatReply(text="no", finish_reason="length"),
        ["    reply: no", "    ended: length"],
    ),
    "colours": (ChatReply(text="\x1b[31mred\x1b[0m"), ["    reply: red"]),
}


@pytest.mark.parametrize(("reply", "shown"), REPLIES.values(), ids=list(REPLIES))
def test_a_reply_is_shown(reply: ChatReply, shown: list[str]) -> None:
    assert body(outcome(reply, None, VERDICT))[: len(shown)] == shown


def test_a_long_reply_is_cut() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    lines = body(outcome(ChatReply(text=text), None, VERDICT))
    assert lines[LINES + 1] == f"      | … ({len(text)} characters)"


def test_a_verdict_has_its_place_and_what_its_reason_leaves_out() -> None:
    evidence = (
        Evidence(pointer="/a", message="'x'"),
        Evidence(pointer="/b", message="expected integer, got null", excerpt="null"),
        Evidence(message="candidate", excerpt='{"a": 1}'),
    )
    verdict = VERDICT.model_copy(update={"evidence": evidence, "label": "polite"})
    assert body(outcome(ChatReply(text="no"), None, verdict))[1:] == [
        "    failed: contains (polite): reply does not contain 'x'",
        "      at suites/a.yaml:5:9",
        "      /b expected integer, got null",
        '      candidate: {"a": 1}',
    ]


def test_a_verdict_that_decides_nothing_says_so() -> None:
    verdict = VERDICT.model_copy(update={"optional": True})
    assert "    optional, failed: contains: reply does not contain 'x'" in body(
        outcome(ChatReply(text="no"), None, VERDICT, verdict)
    )


def test_a_fault_shows_what_had_arrived() -> None:
    fault = Fault(
        kind="stream_truncated", message="the stream ended", partial=ChatReply(text="Once upon")
    )
    assert body(outcome(None, fault)) == [
        "    no reply (stream_truncated): the stream ended",
        "    had arrived: Once upon",
    ]


def test_each_attempt_that_did_not_pass_is_told() -> None:
    passed = Outcome(trial="t#1", item="t", status="passed")
    told = explain(PLACE, FAILED, [passed, outcome(ChatReply(), None, VERDICT, attempt=2)])
    assert [line for line in told.splitlines() if line.startswith("attempt")] == [
        "attempt 2: failed"
    ]


def test_what_is_wrong_with_the_whole_conversation_stands_apart() -> None:
    verdict = VERDICT.model_copy(update={"turn": None, "check": "tokens", "reason": "too many"})
    told = explain(PLACE, FAILED, [outcome(ChatReply(text="no"), None, verdict)])
    assert "  the whole conversation\n    failed: tokens: too many" in told
