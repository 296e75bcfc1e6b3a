"""Suites over Responses and Messages against aimock, a server from npm which is not ours."""

from collections.abc import Callable, Mapping
from typing import Protocol

import pytest

from evalkit.model.outcome import Outcome

pytestmark = pytest.mark.foreign

SUITE = """
deployments:
  whole: {api: API, base_url: "${SERVER}/v1", model: m-1, retry: {tries: 1}}
  streamed: {api: API, base_url: "${SERVER}/v1", model: m-1, retry: {tries: 1}, stream: true}

conversations:
  - id: talk
    system: You name meals.
    turns:
      - user: What is on the plate?
        expect: [{contains: burger}]
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


@pytest.mark.parametrize("api", ["responses", "messages"])
def test_either_api_is_spoken_as_others_do(
    api: str, run: Callable[[str, str], Ran], aimock: str
) -> None:
    ran = run(SUITE.replace("API", api), aimock)

    found = {name: outcome.status for name, outcome in ran.outcomes.items()}
    names = ("whole", "streamed")
    expected = {f"{id_}[{name}]": STATUSES[id_] for id_ in STATUSES for name in names}
    assert (ran.code, found) == (1, expected), ran.out
