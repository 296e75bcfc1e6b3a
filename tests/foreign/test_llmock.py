"""Suites that run against llmock, a server from PyPI that speaks, and fails, as vendors do.

It also judges its clients: whether they wait as long as they are told, retry what may be retried,
and take no half of an answer for a whole one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import httpx
import pytest

from evalkit.model.chat import ChatReply
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

QUESTION = f"""
conversations:
  - id: plate
    turns: [{{user: What is on the plate?, expect: [{{equals: "{ANSWER}"}}]}}]
"""
BOTH = {"": False, "-streamed": True}


class Ran(Protocol):
    """A finished run."""

    code: int
    out: str
    outcomes: Mapping[str, Outcome]


Run = Callable[[str, str], Ran]


def deployment(name: str, path: str, *, stream: bool) -> str:
    """Write a deployment under a name that is its model's as well."""
    keys = f'base_url: "${{SERVER}}/{path}", model: {name}, stream: {str(stream).lower()}'
    return f"  {name}: {{{keys}, retry: {{tries: 3}}}}\n"


def verdict(control: httpx.Client) -> tuple[bool, list[str]]:
    """Give what the server holds of its client."""
    found: Any = control.get("/_llmock/verdict").json()
    return found["passed"], [one["code"] for one in found["findings"]]


def ask(
    run: Run, control: httpx.Client, faults: Mapping[str, Mapping[str, Any]], *, stream: bool
) -> dict[str, Outcome]:
    """Ask a question of each of some models, whose first requests meet a fault."""
    bound = [{**fault, "match": {"model": name}} for name, fault in faults.items()]
    behaviors = [*bound, {"type": "reply", "text": ANSWER, "times": None}]
    control.post("/_llmock/scenario", json={"behaviors": behaviors}).raise_for_status()
    written = (deployment(name, "v1", stream=stream) for name in faults)
    ran = run(f"deployments:\n{''.join(written)}{QUESTION}", str(control.base_url))
    return {name: ran.outcomes[f"plate[{name}]"] for name in faults}


def reply(outcome: Outcome) -> ChatReply:
    last = outcome.transcript.exchanges[-1].reply
    assert last, outcome.reason
    return last


def test_every_vendor_is_understood(run: Run, control: httpx.Client) -> None:
    written = (
        deployment(name + way, path, stream=stream)
        for name, path in VENDORS.items()
        for way, stream in BOTH.items()
    )

    ran = run(f"deployments:\n{''.join(written)}{CONVERSATIONS}", str(control.base_url))

    assert ran.code == 0, ran.out
    assert len(ran.outcomes) == 3 * 2 * len(VENDORS)
    assert all(reply(outcome).usage for outcome in ran.outcomes.values())
    assert verdict(control) == (True, [])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_passes_is_waited_for(run: Run, control: httpx.Client, *, stream: bool) -> None:
    faults = {
        "busy": {"type": "fail", "status": 429, "retry_after": 0.2, "times": 2},
        "down": {"type": "fail", "status": 503},
    }

    outcomes = ask(run, control, faults, stream=stream)

    tried = {name: [one.status for one in reply(of).tries] for name, of in outcomes.items()}
    assert tried == {"busy": [429, 429, 200], "down": [503, 200]}
    assert {outcome.status for outcome in outcomes.values()} == {"passed"}
    assert verdict(control) == (True, [])


def test_what_will_not_pass_is_asked_once(run: Run, control: httpx.Client) -> None:
    kinds = {400: "bad_request", 401: "auth", 403: "auth", 404: "not_found", 422: "bad_request"}
    faults = {f"m-{status}": {"type": "fail", "status": status} for status in kinds}

    outcomes = ask(run, control, faults, stream=True)

    met = [outcome.transcript.fault for outcome in outcomes.values()]
    assert [fault and (fault.kind, len(fault.tries)) for fault in met] == [
        (kind, 1) for kind in kinds.values()
    ]
    assert {outcome.status for outcome in outcomes.values()} == {"error"}
    assert verdict(control) == (True, [])


def breaking(after: int) -> dict[str, dict[str, Any]]:
    """Let streams end after some chunks: in the middle of a chunk, and as if they were whole."""
    kinds = ("disconnect", "truncate")
    return {kind: {"type": "stream_fault", "kind": kind, "after_chunks": after} for kind in kinds}


def test_half_an_answer_is_an_error(run: Run, control: httpx.Client) -> None:
    outcomes = ask(run, control, breaking(4), stream=True)

    met = [outcome.transcript.fault for outcome in outcomes.values()]
    assert [fault and (fault.kind, fault.partial and fault.partial.text) for fault in met] == [
        ("stream_truncated", "It is a ")
    ] * 2
    assert {outcome.status for outcome in outcomes.values()} == {"error"}


def test_an_answer_that_never_began_is_asked_for_again(run: Run, control: httpx.Client) -> None:
    outcomes = ask(run, control, breaking(0), stream=True)

    assert [(of.status, len(reply(of).tries)) for of in outcomes.values()] == [("passed", 2)] * 2
    assert verdict(control) == (True, [])


def test_a_chunk_that_is_no_json_is_told(run: Run, control: httpx.Client) -> None:
    faults = {"m": {"type": "stream_fault", "kind": "malformed", "after_chunks": 4}}

    outcome = ask(run, control, faults, stream=True)["m"]

    assert [warning.name for warning in reply(outcome).warnings] == ["undecodable_event"]
