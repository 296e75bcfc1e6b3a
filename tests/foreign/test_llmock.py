"""Suites that run against llmock, a server from PyPI that speaks, and fails, as vendors do.

It also judges its clients: whether they wait as long as they are told, retry what may be retried,
and take no half of an answer for a whole one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx
import pytest

from evalkit.model.outcome import Outcome

pytestmark = pytest.mark.foreign

ANSWER = "It is a burger with 585 kcal, and a salad beside it."
VENDORS = {
    "openai": "v1",
    "mistral": "mistral/v1",
    "groq": "groq/openai/v1",
    "together": "together/v1",
    "perplexity": "perplexity/v1",
    "ai21": "ai21/v1",
    "xai": "xai/v1",
}
SCHEMA = """{type: object, additionalProperties: false, required: [name, calories],
      properties: {name: {type: string}, calories: {type: integer}}}"""

CONVERSATIONS = f"""
conversations:
  - id: plain
    system: You name meals.
    turns:
      - {{user: What is on the plate?, expect: [{{contains: plate}}, {{tokens: {{max: 100}}}}]}}
      - {{user: And in the bowl?, expect: [{{contains: bowl}}]}}
  - id: form
    response_format: {{type: json_schema, json_schema: {{name: meal, schema: {SCHEMA}}}}}
    turns: [{{user: Say it as JSON., expect: [{{json_schema: {SCHEMA}}}]}}]
  - id: tools
    tools: [{{type: function, function: {{name: look, parameters: {SCHEMA}}}}}]
    turns: [{{user: Look at it., expect: [{{tool_call: look}}, {{tool_arguments_valid: {{}}}}]}}]
"""

QUESTION = """
deployments:
  shop: {base_url: "${SERVER}/v1", model: gpt-4o, stream: STREAM, retry: {tries: 3}}
conversations:
  - id: plate
    turns: [{user: What is on the plate?, expect: [{equals: ANSWER}]}]
"""


class Ran(Protocol):
    """A finished run."""

    code: int
    out: str
    outcomes: Mapping[str, Outcome]


Run = Callable[[str, str], Ran]


def deployments(path: str) -> str:
    server = f'base_url: "${{SERVER}}/{path}", model: gpt-4o'
    return f"deployments:\n  whole: {{{server}}}\n  streamed: {{{server}, stream: true}}"


@pytest.mark.parametrize("path", VENDORS.values(), ids=list(VENDORS))
def test_a_vendor_is_understood(run: Run, control: httpx.Client, path: str) -> None:
    ran = run(deployments(path) + CONVERSATIONS, str(control.base_url))

    exchanges = [one for each in ran.outcomes.values() for one in each.transcript.exchanges]
    assert ran.code == 0, ran.out
    assert [one.reply.usage is not None for one in exchanges if one.reply] == [True] * 8
    assert verdict(control) == (True, [])


def verdict(control: httpx.Client) -> tuple[bool, list[str]]:
    """Give what the server holds of its client."""
    found: Any = control.get("/_llmock/verdict").json()
    return found["passed"], [one["code"] for one in found["findings"]]


def ask(run: Run, control: httpx.Client, fault: dict[str, Any], *, stream: bool = True) -> Outcome:
    """Ask one question of a server with a fault; only its first requests meet it."""
    behaviors = [fault, {"type": "reply", "text": ANSWER, "times": None}]
    control.post("/_llmock/scenario", json={"behaviors": behaviors}).raise_for_status()
    suite = QUESTION.replace("STREAM", str(stream).lower()).replace("ANSWER", f'"{ANSWER}"')
    [outcome] = run(suite, str(control.base_url)).outcomes.values()
    return outcome


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        ({"type": "fail", "status": 429, "retry_after": 0.2, "times": 2}, [429, 429, 200]),
        ({"type": "fail", "status": 503}, [503, 200]),
    ],
    ids=["busy", "down"],
)
def test_what_passes_is_waited_for(
    run: Run, control: httpx.Client, fault: dict[str, Any], statuses: list[int], *, stream: bool
) -> None:
    outcome = ask(run, control, fault, stream=stream)

    reply = outcome.transcript.exchanges[-1].reply
    assert reply
    assert (outcome.status, [one.status for one in reply.tries]) == ("passed", statuses)
    assert verdict(control) == (True, [])


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "bad_request"), (401, "auth"), (403, "auth"), (404, "not_found"), (422, "bad_request")],
)
def test_what_will_not_pass_is_asked_once(
    run: Run, control: httpx.Client, status: int, kind: str
) -> None:
    outcome = ask(run, control, {"type": "fail", "status": status})

    fault = outcome.transcript.fault
    assert fault
    assert (outcome.status, fault.kind, len(fault.tries)) == ("error", kind, 1)
    assert verdict(control) == (True, [])


@pytest.mark.parametrize("kind", ["disconnect", "truncate"])
def test_half_an_answer_is_an_error(run: Run, control: httpx.Client, kind: str) -> None:
    outcome = ask(run, control, {"type": "stream_fault", "kind": kind, "after_chunks": 4})

    fault = outcome.transcript.fault
    assert fault
    assert fault.partial
    assert (outcome.status, fault.kind) == ("error", "stream_truncated")
    assert fault.partial.text == "It is a "


@pytest.mark.parametrize("kind", ["disconnect", "truncate"])
def test_an_answer_that_never_began_is_asked_for_again(
    run: Run, control: httpx.Client, kind: str
) -> None:
    outcome = ask(run, control, {"type": "stream_fault", "kind": kind, "after_chunks": 0})

    reply = outcome.transcript.exchanges[-1].reply
    assert reply
    assert (outcome.status, len(reply.tries)) == ("passed", 2)
    assert verdict(control) == (True, [])


def test_a_chunk_that_is_no_json_is_told(run: Run, control: httpx.Client) -> None:
    outcome = ask(run, control, {"type": "stream_fault", "kind": "malformed", "after_chunks": 4})

    reply = outcome.transcript.exchanges[-1].reply
    assert reply
    assert [warning.name for warning in reply.warnings] == ["undecodable_event"]
