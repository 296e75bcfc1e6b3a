"""A program that judges turns, each in a process of its own that may take little time and memory.

A line of standard input is a turn: the checks as authors write them, the reply, and what else the
view has. A line of standard output is what each check came to.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from evalkit.checks import registry
from evalkit.model.chat import ChatReply
from evalkit.model.check import Check, View
from evalkit.model.dialogue import together
from evalkit.model.transcript import Exchange, Transcript

SECONDS = 3
MEMORY = 1 << 30

FIRST = {
    "checks": [
        {"finish_reason": "stop"},
        {"regex": "a"},
        {"json_schema": {"type": "string"}, "formats": True},
        {"not": {"contains": "b"}},
    ],
    "reply": {"text": '"a"', "finish_reason": "stop"},
    "json_from": "exact",
}
"""A turn that is judged once before all others, so that what it needs is not loaded for each."""


def build(written: Mapping[str, Any]) -> Check:
    """Build a check; its first key is its name, the others are fields, as in a suite."""
    name, *beside = written
    check = registry.get(name)
    keys = {key: written[key] for key in beside} | {check.own_fields()[0]: written[name]}
    return check.model_validate(keys, context={"build": build})


def judge(turn: Mapping[str, Any]) -> list[str]:
    """Judge a turn by all of its checks at once."""
    try:
        checks = [build(written) for written in turn["checks"]]
    except ValidationError as error:
        return [f"refused: {mistake['msg']}" for mistake in error.errors()]
    exchange = Exchange(turn=0, added=(), reply=ChatReply.model_validate(turn["reply"]))
    view = View(Transcript(exchanges=(exchange,)), (exchange,), turn=0, json_from=turn["json_from"])
    dialogue = together([check.verdict(view) for check in checks])
    try:
        next(dialogue)
    except StopIteration as stop:
        return [f"{one.status} {one.kind}".strip() + f": {one.reason}" for one in stop.value]
    return ["a check asked something"]


def in_bounds(turn: Mapping[str, Any]) -> list[str]:
    """Judge a turn in a process that is ended by the system where it takes too much."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with os.fdopen(writing, "w") as answer:
            answer.write(json.dumps(judge(turn)))
        sys.exit()
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    _, status = os.waitpid(child, 0)
    found: list[str] = json.loads(told) if told else [f"died with status {status}"]
    return found


if __name__ == "__main__":
    judge(FIRST)
    for line in sys.stdin:
        answer = json.dumps(in_bounds(json.loads(line)))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
