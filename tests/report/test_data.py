"""The summary as JSON: stable keys, valid whatever the record holds."""

import dataclasses
import json
from collections.abc import Callable

import pytest

from evalkit.model.run import Run, RunEnd
from evalkit.report import data
from evalkit.report.text import anchor

Say = Callable[[str], Run]
Count = Callable[..., Run]

KEYS = {
    "schema",
    "headline",
    "run",
    "overall",
    "deployments",
    "suites",
    "tags",
    "consulted",
    "warnings",
    "damage",
    "notes",
    "different",
    "items",
}


def test_the_schema_has_a_number_and_its_keys(count: Count) -> None:
    found = json.loads(data.render(count(1)))

    assert (found["schema"], set(found)) == (1, KEYS)


def test_an_item_carries_all_that_finds_it_again(count: Count) -> None:
    (item,) = json.loads(data.render(count(0, 1)))["items"]

    assert item == {
        "id": "suites/a.yaml::c0[maas]",
        "anchor": anchor("suites/a.yaml::c0[maas]"),
        "suite": "suites/a.yaml",
        "conversation": "c0",
        "deployment": "maas",
        "file": "suites/a.yaml",
        "line": 1,
        "tags": [],
        "status": "failed",
        "reason": "reason 0",
        "seconds": 0.0,
        "attempts": {"planned": 1, "passed": 0, "failed": 1, "errored": 0},
    }


def test_rates_have_their_interval(count: Count) -> None:
    rate = json.loads(data.render(count(2, 1)))["overall"]["pass_rate"]

    assert rate == pytest.approx({"value": 0.6667, "low": 0.2077, "high": 0.9385}, abs=1e-4)


def test_what_is_unknown_is_null(count: Count) -> None:
    overall = json.loads(data.render(count(2)))["overall"]

    assert overall["tokens"]["total"] == {"value": None, "unknown": 2}
    assert overall["latency"] == {"count": 0, "p50": None, "p95": None}


def test_a_run_without_an_end_is_said_to_be_incomplete(count: Count) -> None:
    run = dataclasses.replace(count(1), end=None)

    assert json.loads(data.render(run))["run"]["complete"] is False


def test_a_number_that_json_lacks_becomes_null(count: Count) -> None:
    run = dataclasses.replace(count(1), end=RunEnd(ended=float("inf")))

    assert json.loads(data.render(run))["run"]["seconds"] is None


def test_any_text_can_be_written(say: Say) -> None:
    assert data.render(say("\ud800\u2028</script>")).isascii()
