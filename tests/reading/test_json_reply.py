"""A reply judged as JSON."""

from typing import Any

import pytest

from evalkit.model.chat import ChatReply
from evalkit.model.check import Evidence, JsonFrom, Verdict, View
from evalkit.model.data import Json
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.json_reply import judge_json


def view_of(json_from: JsonFrom = "extracted", **said: Any) -> View:
    exchange = Exchange(turn=0, added=(), reply=ChatReply(**said))
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0, json_from=json_from)


def passing(value: Json) -> Verdict:
    return Verdict(status="passed", reason=f"{value}", evidence=(Evidence(message="seen"),))


def test_the_value_is_judged() -> None:
    assert judge_json(view_of(text="[1]"), passing) == passing([1])


def test_what_was_left_out_is_added_to_the_evidence() -> None:
    verdict = judge_json(view_of(text="Sure:\n```json\n[1]\n```"), passing)

    assert verdict.evidence == (
        Evidence(message="seen"),
        Evidence(message="left out, read as fenced", excerpt="Sure:\n```json\n```"),
    )


@pytest.mark.parametrize(
    ("said", "evidence"),
    [
        ({"text": "no"}, [("1:1", "no")]),
        ({"text": "[1] [2]"}, [("candidate", "[1]"), ("candidate", "[2]")]),
        ({"refusal": "I can't"}, [('reply is a refusal: "I can\'t"', "I can't")]),
        ({"finish_reason": "stop"}, [("reply is empty (finish_reason stop)", "")]),
        (
            {"text": "x" * 999, "finish_reason": "length"},
            [
                (
                    "reply was cut by max_tokens (finish_reason length): raise max_tokens",
                    f"…{'x' * 199}",
                )
            ],
        ),
    ],
    ids=["place", "candidates", "refusal", "empty", "the end of a cut text"],
)
def test_what_is_no_json_fails_with_evidence_of_the_cause(
    said: dict[str, Any], evidence: list[tuple[str, str]]
) -> None:
    verdict = judge_json(view_of(**said), passing)

    assert verdict.status == "failed"
    assert [(one.message, one.excerpt) for one in verdict.evidence] == evidence
