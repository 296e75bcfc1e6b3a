"""OpenAI's client for Node.js cannot tell the embedded server from a deployment."""

from typing import Any, Protocol

import pytest

from evalkit.server.analysis import vector
from evalkit.server.script import Script
from evalkit.server.thread import ServerThread

pytestmark = pytest.mark.foreign

REPLY = {"reply": "It is a burger."}
CALL = {"reply": {"tool_calls": [{"name": "look", "arguments": {"at": "Oslo"}}]}}
BUSY = {"reply": {"error": {"status": 429, "retry_after": "10ms"}}}
CUT = {"reply": {"text": "one two three four", "fault": "cut"}}
KILL = {"when": {"user": "kill"}, "reply": {"flagged": ["violence"]}}


class Node(Protocol):
    """What asks a server with the client, and gives what it said."""

    def ask(self, what: str, base_url: str) -> Any: ...


def ask(node: Node, what: str, *rules: Any) -> Any:
    """Ask a server that follows rules; all but the last answer once."""
    *before, last = rules
    script = {"rules": [*({**rule, "times": 1} for rule in before), last]}
    with ServerThread(Script.model_validate(script)) as server:
        return node.ask(what, server.base_url)


SAID = {
    "plain": ((REPLY,), {"text": "It is a burger.", "tokens": 7}),
    "stream": ((REPLY,), {"pieces": ["", "It ", "is ", "a ", "burger.", ""], "tokens": 7}),
    "tools": (
        (CALL, {"reply": "It rains in Oslo."}),
        {"text": "It rains in Oslo.", "roles": ["user", "assistant", "tool", "assistant"]},
    ),
    "streamed_tools": ((CALL,), {"name": "look", "arguments": '{"at": "Oslo"}'}),
    "flags": ((KILL,), {"flagged": [False, True]}),
    "retry": ((BUSY, {"reply": "At last."}), {"text": "At last."}),
    "cut": ((CUT,), {"pieces": ["", "one ", "two "], "error": "TypeError"}),
}


@pytest.mark.parametrize("what", SAID)
def test_the_client_reads(node: Node, what: str) -> None:
    rules, said = SAID[what]

    assert ask(node, what, *rules) == said


def test_the_client_unpacks_vectors(node: Node) -> None:
    assert ask(node, "vectors", REPLY) == {"vector": pytest.approx(vector("one two"))}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (404, "NotFoundError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
    ],
)
def test_an_error_has_its_class_and_words(node: Node, status: int, error: str) -> None:
    failure = {"status": status, "message": "so sorry", "code": "luckless"}

    said = ask(node, "plain", {"reply": {"error": failure}})

    told = {"error": error, "status": status, "code": "luckless", "message": f"{status} so sorry"}
    assert said == told
