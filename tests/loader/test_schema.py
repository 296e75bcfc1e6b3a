"""The editor's schema: it takes what the loader takes, and marks what a look can tell is wrong."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from evalkit.errors import Mistakes
from evalkit.loader.document import compose, to_data
from evalkit.loader.load import load
from evalkit.loader.schema import editor_schema

ROOT = Path(__file__).parents[2]
SUITES = sorted((ROOT / "suites").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(editor_schema())


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(editor_schema())


def test_the_committed_file_is_up_to_date() -> None:
    committed = (ROOT / "suites/suite.schema.json").read_text(encoding="utf-8")

    assert json.loads(committed) == editor_schema()


def keys(part: Any) -> Iterator[str]:
    """Give every key of a JSON value."""
    if isinstance(part, dict):
        yield from part
        part = list(part.values())
    for child in part if isinstance(part, list) else ():
        yield from keys(child)


def test_it_has_no_one_of_whose_errors_nobody_can_read() -> None:
    assert "oneOf" not in set(keys(editor_schema()))


def test_every_definition_is_referred_to() -> None:
    schema = editor_schema()

    used = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))

    assert isinstance(schema["$defs"], dict)
    assert used == set(schema["$defs"])


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.name)
def test_the_examples_are_valid(validator: Draft202012Validator, file: Path) -> None:
    written = to_data(compose(file.read_text(encoding="utf-8"), file.name))

    assert [error.message for error in validator.iter_errors(written)] == []


SUITE = """\
deployments: {main: {base_url: "https://api.example.com/v1", %(deployment)s}}
%(top)s
conversations:
  - id: one
    unchecked: true
    %(conversation)s
    turns:
      - user: %(user)s
        %(turn)s
"""

BLANK = {"deployment": "", "top": "", "conversation": "", "user": "hello", "turn": ""}


def suite(lines: Mapping[str, str]) -> str:
    return SUITE % {**BLANK, **lines}


GOOD = [
    {"top": "description: 7"},
    {"top": "tags: [smoke, slow]"},
    {"top": "template: false"},
    {"top": "x-mine: {any: [thing]}"},
    {"top": "defaults: {repeat: 3, pass_if: majority, vars: {a: 1}}"},
    {"top": "defaults: {each_turn: [{finish_reason: stop}]}"},
    {"deployment": "model: 7, stream: true, params: {a: [1]}"},
    {"deployment": "stream: '${S}', limits: {concurrency: '${N}'}"},
    {"deployment": "timeout: {total: '${T:-5s}', idle: 800ms, connect: 3}"},
    {"deployment": "api_key: '${KEY}', headers: {a: 7}"},
    {"deployment": "default: true, under_test: false"},
    {"top": "", "deployment": "retry: {tries: 1, total: 3m}"},
    {"conversation": "system: hello"},
    {"conversation": "pass_if: {rate: 0.9}"},
    {"conversation": "skip: true"},
    {"conversation": "xfail: not yet"},
    {"conversation": "response_format: json_object"},
    {"conversation": "response_format: {type: json_object}"},
    {"conversation": "expect: [{tokens: {total: 900}}, {latency: 20s}]"},
    {"conversation": "expect: [{latency: {total: {max: 20s}}}]"},
    {"user": "[{text: hello}, {image: 'https://example.com/a.png', detail: low}]"},
    {"user": "[{audio: 'https://example.com/a.wav', format: wav}]"},
    {"turn": "expect: [{contains: 7}, {contains: hi, ignore_case: true, label: x}]"},
    {"turn": "expect: [{contains: {text: hi, ignore_case: true}}]"},
    {"turn": "expect: [{not: {contains: hi}}, {not: {regex: x, ignore_case: true}}]"},
    {"turn": "expect: [{regex: '^a$'}, {equals: 1.10}, {finish_reason: stop}]"},
    {"turn": "expect: [{json_schema: {type: object}}, {tokens: {completion: {max: 9}}}]"},
    {"turn": "params: {seed: 1}\n        json_from: fenced\n        label: x"},
    {"turn": "complete: false"},
]


@pytest.mark.parametrize("lines", GOOD, ids=lambda lines: " ".join(lines.values()).strip())
def test_what_the_loader_takes_is_valid(
    validator: Draft202012Validator, tmp_path: Path, lines: Mapping[str, str]
) -> None:
    text = suite(lines)
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    told = str(Mistakes(load(tmp_path, [file]).mistakes))

    marked = [error.message for error in validator.iter_errors(to_data(compose(text, "a.yaml")))]

    assert (told, marked) == ("", [])


BAD = [
    {"top": "defalts: {repeat: 3}"},
    {"top": "defaults: {id: x}"},
    {"top": "defaults: {turns: []}"},
    {"top": "variants: {v1: {system: x}}"},
    {"top": "tags: smoke"},
    {"top": "template: 'no'"},
    {"deployment": "modle: m"},
    {"deployment": "api: grpc"},
    {"deployment": "stream: 'yes'"},
    {"deployment": "default: '${D}'"},
    {"deployment": "model: {file: model.txt}"},
    {"deployment": "params: 3"},
    {"deployment": "headers: {a: [1]}"},
    {"deployment": "timeout: {totl: 3s}"},
    {"deployment": "timeout: {total: 10x}"},
    {"deployment": "retry: {tries: 0}"},
    {"deployment": "limits: {concurrency: 1.5}"},
    {"deployment": "limits: {rps: 10}"},
    {"conversation": "turn: x"},
    {"conversation": "repeat: 0"},
    {"conversation": "repeat: often"},
    {"conversation": "pass_if: most"},
    {"conversation": "pass_if: {rate: 2}"},
    {"conversation": "json_from: anywhere"},
    {"conversation": "response_format: json"},
    {"conversation": "for_each: rows.csv"},
    {"user": "[]"},
    {"user": "[{image: a.png, detial: low}]"},
    {"user": "[{image: a.png, detail: tiny}]"},
    {"user": "[{text: a, image: a.png}]"},
    {"user": "{text: a}"},
    {"turn": "usr: x"},
    {"turn": "expect: {contains: hi}"},
    {"turn": "expect: [contains]"},
    {"turn": "expect: [{contians: hi}]"},
    {"turn": "expect: [{contains: hi, ignore_cse: true}]"},
    {"turn": "expect: [{contains: {txt: hi}}]"},
    {"turn": "expect: [{contains: [hi]}]"},
    {"turn": "expect: [{not: {contians: hi}}]"},
    {"turn": "expect: [{tokens: {totl: 3}}]"},
    {"turn": "expect: [{latency: soon}]"},
    {"turn": "expect: [{contains: hi, weight: heavy}]"},
    {"turn": "complete: 'no'"},
]


@pytest.mark.parametrize("lines", BAD, ids=lambda lines: " ".join(lines.values()).strip())
def test_what_is_marked_is_refused_by_the_loader_too(
    validator: Draft202012Validator, tmp_path: Path, lines: Mapping[str, str]
) -> None:
    text = suite(lines)
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    refused = bool(load(tmp_path, [file]).mistakes)

    marked = not validator.is_valid(to_data(compose(text, "a.yaml")))

    assert (refused, marked) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "conversations: []",
        "conversations: {one: {}}",
        "conversations: [{id: a, turns: []}]",
        "conversations: [{turns: [{user: x}]}]",
        "conversations: [{id: a b, turns: [{user: x}]}]",
        "- id: a",
    ],
)
def test_a_suite_of_the_wrong_shape_is_marked(validator: Draft202012Validator, text: str) -> None:
    assert not validator.is_valid(to_data(compose(text, "a.yaml")))


def test_deployments_of_a_folder_are_valid(validator: Draft202012Validator) -> None:
    text = (
        "deployments: {a: {api: scripted, script: {rules: [{reply: hi}]}}}\ndefaults: {repeat: 2}"
    )

    assert validator.is_valid(to_data(compose(text, "deployments.yaml")))
