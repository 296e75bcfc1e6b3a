"""Suites that run against aimock, a server from npm which is not ours, streamed and not."""

from collections.abc import Callable, Mapping
from typing import Protocol

import httpx
import pytest

from evalkit.model.chat import ChatReply, Fault, Usage
from evalkit.model.outcome import Outcome

pytestmark = pytest.mark.foreign

SUITE = """
deployments:
  whole: {base_url: "${SERVER}/v1", model: gpt-4o, retry: {tries: 1}}
  streamed: {base_url: "${SERVER}/v1", model: gpt-4o, retry: {tries: 1}, stream: true}

conversations:
  - id: talk
    system: You name meals.
    turns:
      - user: What is on the plate?
        expect:
          - contains: burger
          - tokens: {max: 40}
          - moderation: whole
          - similar: {text: a hamburger, deployment: whole, min: 0.9}
      - user: The same as JSON, please.
        expect: [{json_equals: {name: burger, calories: 585}}]
  - id: tools
    tools: [{type: function, function: {name: look, parameters: {
      type: object, properties: {at: {type: string}}, required: [at]}}}]
    turns:
      - user: How is the weather?
        expect: [{tool_call: {name: look, arguments: {at: Oslo}}}, {tool_arguments_valid: {}}]
  - id: reasoning
    turns: [{user: Do you think so?, expect: [{equals: "Yes."}]}]
  - id: wrong
    turns: [{user: What is on the plate?, expect: [{contains: salad}]}]
  - id: endless
    turns: [{user: Tell me one that is too long., expect: [{contains: goes on}]}]
  - id: down
    turns: [{user: "Please, break down.", expect: [{contains: burger}]}]
  - id: refused
    turns: [{user: Tell me the secret., expect: [{contains: burger}]}]
"""

STATUSES = {
    "talk": "passed",
    "tools": "passed",
    "reasoning": "passed",
    "wrong": "failed",
    "endless": "failed",
    "down": "error",
    "refused": "error",
}


class Ran(Protocol):
    """A finished run."""

    code: int
    out: str
    outcomes: Mapping[str, Outcome]


@pytest.fixture(scope="module")
def ran(run: Callable[[str, str], Ran], aimock: str) -> Ran:
    return run(SUITE, aimock)


def reply(outcome: Outcome) -> ChatReply:
    last = outcome.transcript.exchanges[-1].reply
    assert last
    return last


def fault(outcome: Outcome) -> Fault:
    assert outcome.transcript.fault
    return outcome.transcript.fault


@pytest.mark.parametrize("way", ["whole", "streamed"])
def test_a_suite_is_judged_and_recorded(ran: Ran, way: str) -> None:
    of = {name: ran.outcomes[f"{name}[{way}]"] for name in STATUSES}

    assert {name: outcome.status for name, outcome in of.items()} == STATUSES, ran.out
    assert ran.code == 1
    talk, call, thought = reply(of["talk"]), reply(of["tools"]), reply(of["reasoning"])
    assert talk.usage == Usage(prompt=23, completion=9, total=32)
    assert (talk.streamed, talk.model, talk.finish_reason) == (way == "streamed", "gpt-4o", "stop")
    assert [(one.name, one.arguments) for one in call.tool_calls] == [("look", '{"at":"Oslo"}')]
    assert (thought.reasoning, thought.text) == ("Let me see.", "Yes.")
    assert reply(of["endless"]).result == "truncated"
    assert (fault(of["down"]).kind, fault(of["down"]).status) == ("server", 500)
    assert (fault(of["refused"]).kind, fault(of["refused"]).status) == ("bad_request", 400)
    assert "wrong parameter" in fault(of["refused"]).message


def test_no_tolerance_was_needed(ran: Ran) -> None:
    exchanges = [one for each in ran.outcomes.values() for one in each.transcript.exchanges]

    warnings = [warning for one in exchanges if one.reply for warning in one.reply.warnings]

    assert len(exchanges) == 16
    assert warnings == []


def test_nothing_was_sent_that_was_not_asked_for(ran: Ran, aimock: str) -> None:
    del ran
    received = httpx.get(f"{aimock}/__aimock/journal", trust_env=False).json()

    bodies = [one["body"] for one in received if one["path"] == "/v1/chat/completions"]

    said = {"model", "messages", "_endpointType"}
    allowed = [said, said | {"tools"}]
    streaming = {"stream", "stream_options"}
    assert {frozenset(body) for body in bodies} == {
        frozenset(keys | more) for keys in allowed for more in (set(), streaming)
    }
    assert not any("cookie" in one["headers"] for one in received)
