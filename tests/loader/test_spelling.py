"""The forms in which an expectation may be written, and what is told of one that is in none."""

from collections.abc import Callable

import pytest

from evalkit.model.check import Check, Expectation
from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]

SUITE = """\
conversations:
  - id: a
    turns:
      - user: Hi
        expect:
          - contains: a
"""
BELOW = "\n            "
"""Where a key stands beside the check."""


def expecting(written: str) -> str:
    return SUITE.replace("contains: a", written)


def written_last(loaded: Conversation) -> Expectation:
    return loaded.turns[0].expect[-1]


def fields(loaded: Conversation) -> dict[str, object]:
    check = written_last(loaded).check
    assert isinstance(check, Check)
    return check.model_dump(exclude_defaults=True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("contains: refund", {"text": "refund"}),
        ("contains: 7", {"text": "7"}),
        ("equals: 1.10", {"text": "1.10"}),
        ("equals: no", {"text": "no"}),
        ("equals: null", {"text": "null"}),
        ("contains: {text: refund}", {"text": "refund"}),
        ("contains: {text: refund, ignore_case: true}", {"text": "refund", "ignore_case": True}),
        (f"contains: refund{BELOW}ignore_case: true", {"text": "refund", "ignore_case": True}),
        (
            f"contains: {{text: a, ignore_case: true}}{BELOW}label: b",
            {"text": "a", "ignore_case": True, "label": "b"},
        ),
        (
            f"contains: a{BELOW}label: 7{BELOW}weight: 2{BELOW}optional: true",
            {"text": "a", "label": "7", "weight": 2.0, "optional": True},
        ),
        ("finish_reason: stop", {"reason": "stop"}),
        ("finish_reason: [stop, length]", {"reason": ("stop", "length")}),
        ("tokens: 5", {"total": {"max": 5.0}}),
        ("tokens: {max: 5}", {"total": {"max": 5.0}}),
        ("tokens: {min: 1, max: 5}", {"total": {"min": 1.0, "max": 5.0}}),
        ("tokens: {total: 5}", {"total": {"max": 5.0}}),
        (
            "tokens: {completion: {max: 5}, total: 9}",
            {"completion": {"max": 5.0}, "total": {"max": 9.0}},
        ),
        (f"tokens: 5{BELOW}prompt: 3", {"total": {"max": 5.0}, "prompt": {"max": 3.0}}),
        ("latency: 2", {"total": {"max": 2.0}}),
        ("latency: 800ms", {"total": {"max": 0.8}}),
        ("latency: 10m", {"total": {"max": 600.0}}),
        ("latency: {min: 1s, max: 2s}", {"total": {"min": 1.0, "max": 2.0}}),
        ("json_schema: true", {"document": True}),
        ("json_schema: {type: object}", {"document": {"type": "object"}}),
        ("json_schema: {formats: true}", {"document": {"formats": True}}),
        (
            f"json_schema: {{format: date}}{BELOW}formats: true",
            {"document": {"format": "date"}, "formats": True},
        ),
        ("not: {contains: sorry}", {"check": {"text": "sorry"}}),
        (
            f"not: {{contains: sorry, ignore_case: true}}{BELOW}label: b",
            {"check": {"text": "sorry", "ignore_case": True}, "label": "b"},
        ),
        ("not: {not: {contains: a}}", {"check": {"check": {"text": "a"}}}),
        ("complete: {}", {}),
        ("complete: {empty: false}", {"empty": False}),
    ],
)
def test_a_form_means_its_fields(
    conversation: Load, written: str, meant: dict[str, object]
) -> None:
    assert fields(conversation(expecting(written))) == meant


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("contains: a", "contains: {text: a}"),
        ("regex: a", "regex: {pattern: a}"),
        ("finish_reason: stop", "finish_reason: {reason: stop}"),
        ("tokens: 5", "tokens: {total: {max: 5}}"),
        ("latency: 2s", "latency: {total: {max: 2000ms}}"),
    ],
)
def test_a_short_form_is_its_long_form(conversation: Load, short: str, long: str) -> None:
    checks = [written_last(conversation(expecting(form))).check for form in (short, long)]
    assert checks[0] == checks[1]


@pytest.mark.parametrize(
    ("written", "name", "place"),
    [
        ("contains: a", "contains", "a.yaml:6:13"),
        (f"regex: a{BELOW}ignore_case: true", "regex", "a.yaml:6:13"),
        ("not: {contains: a}", "not", "a.yaml:6:13"),
    ],
)
def test_an_expectation_has_the_name_and_the_place_of_its_check(
    conversation: Load, written: str, name: str, place: str
) -> None:
    expectation = written_last(conversation(expecting(written)))
    assert (expectation.name, str(expectation.span)) == (name, place)


WRONG = [
    pytest.param(
        "contians: a",
        (
            "a.yaml:6:13: unknown check 'contians'\n"
            "    6 |           - contians: a\n"
            "                    ^^^^^^^^\n"
            "  hint: did you mean 'contains'?"
        ),
        id="a check that is unknown",
    ),
    pytest.param(
        ("ignore_case: true\n            contains: a"),
        (
            "a.yaml:6:13: the first key of an expectation is its check, not 'ignore_case'\n"
            "    6 |           - ignore_case: true\n"
            "                    ^^^^^^^^^^^\n"
            "  hint: put 'contains' first"
        ),
        id="a field before the check",
    ),
    pytest.param(
        ("contains: {text: a}\n            text: b"),
        (
            "a.yaml:7:13: 'text' is given twice\n"
            "    7 |             text: b\n"
            "                    ^^^^"
        ),
        id="a field given twice",
    ),
    pytest.param(
        "contains: {ignore_case: true}",
        (
            "a.yaml:6:23: missing key 'text'\n"
            "    6 |           - contains: {ignore_case: true}\n"
            "                              ^^^^^^^^^^^^^^^^^^^"
        ),
        id="a field that is missing",
    ),
    pytest.param(
        "contains: {}",
        (
            "a.yaml:6:13: missing key 'text'\n"
            "    6 |           - contains: {}\n"
            "                    ^^^^^^^^"
        ),
        id="an empty long form",
    ),
    pytest.param(
        "tokens: {min: 5, total: 9}",
        (
            "a.yaml:6:22: unknown key 'min'\n"
            "    6 |           - tokens: {min: 5, total: 9}\n"
            "                             ^^^\n"
            "  hint: its keys are total, prompt, completion, reasoning, cached, growth, missing, "
            "estimate, label, weight, optional"
        ),
        id="a limit beside its check's field",
    ),
    pytest.param(
        "contains",
        (
            "a.yaml:6:13: an expectation is a mapping, not 'contains'\n"
            "    6 |           - contains\n"
            "                    ^^^^^^^^\n"
            "  hint: write {contains: …}"
        ),
        id="a check's name alone",
    ),
    pytest.param(
        "not: {not: {contians: a}}",
        (
            "a.yaml:6:25: unknown check 'contians'\n"
            "    6 |           - not: {not: {contians: a}}\n"
            "                                ^^^^^^^^\n"
            "  hint: did you mean 'contains'?"
        ),
        id="an unknown check inside a check",
    ),
    pytest.param(
        "not: sorry",
        (
            "a.yaml:6:18: an expectation is a mapping, not 'sorry'\n"
            "    6 |           - not: sorry\n"
            "                         ^^^^^\n"
            "  hint: write a check and its value, such as {contains: text}"
        ),
        id="a check inside a check that is none",
    ),
    pytest.param(
        "contians: '{{ x }}'",
        (
            "a.yaml:6:13: unknown check 'contians'\n"
            "    6 |           - contians: '{{ x }}'\n"
            "                    ^^^^^^^^\n"
            "  hint: did you mean 'contains'?"
        ),
        id="an unknown check with a variable",
    ),
]


@pytest.mark.parametrize(("written", "message"), WRONG)
def test_what_is_in_no_form_is_told(told: Tell, written: str, message: str) -> None:
    assert told(expecting(written)) == message


def test_every_mistake_of_an_expectation_is_told(brief: Tell) -> None:
    written = f"contains: [a]{BELOW}weight: 0{BELOW}labl: b"
    assert [line.partition(":")[0] for line in brief(expecting(written)).splitlines()] == [
        "6",
        "7",
        "8",
    ]


def test_checks_inside_a_check_are_written_as_any_others(conversation: Load) -> None:
    loaded = conversation(
        expecting(f"at_least: 1{BELOW}of: [{{contains: a}}, {{not: {{equals: b}}}}]")
    )

    check = written_last(loaded).check

    assert isinstance(check, Check)
    assert [one.key() for one in check.family] == ["at_least", "contains", "not", "equals"]


def test_one_check_where_a_list_of_them_belongs_is_told(told: Tell) -> None:
    assert (
        told(expecting("any_of: {contains: a}"))
        == """\
a.yaml:6:21: 'any_of' takes a list of expectations, not a mapping
    6 |           - any_of: {contains: a}
                            ^^^^^^^^^^^^^
  hint: write any_of: [{…}, {…}]"""
    )
