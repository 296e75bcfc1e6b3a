"""What holds for every check: its docstring's examples load, and pass and fail as they say.

An example is an item of YAML, `- contains: refund`, and comments in or under it give a reply that
passes and one that fails: `# passes: "your refund"; fails: "no"`. A reply is YAML too: a text; the
fields of a ChatReply, `{finish_reason: length}`; or a list of either, one for each exchange of the
turn. A scene says more: `{reply: …}`, `{replies: […]}` or `{turns: […]}` for a whole conversation,
beside the request's `user`, `tools`, `params` and `response_format`, the deployment's `price`, and
`answers`, what the deployments that a check asks answer.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
import yaml
from pydantic import ValidationError

from evalkit.checks import registry
from evalkit.loader.fields import marked, takes_mapping
from evalkit.model.check import Check, Verdict, View
from evalkit.model.data import FromPython

START = re.compile(r"^- ", re.MULTILINE)
COMMENT = re.compile(r"#\s*((?:passes|fails): .*)$", re.MULTILINE)
REPLY = re.compile(r"(passes|fails): (.+?)(?:; (?=fails: )|$)")


class Example(NamedTuple):
    """An expectation as it is written, and what its comments say of replies."""

    written: dict[str, Any]
    replies: dict[str, Any]


def examples(check: type[Check]) -> Iterator[Example]:
    """Read the examples of a check's docstring."""
    text = inspect.getdoc(check) or ""
    for part in START.split(text)[1:]:
        said = REPLY.findall("; ".join(COMMENT.findall(part)))
        replies = {word: yaml.safe_load(reply) for word, reply in said}
        yield Example(yaml.safe_load(f"- {part}")[0], replies)


MINE = {
    "my_checks:is_polite": lambda text: "please" in text.lower(),
    "my_checks:likeness": lambda text, wanted: float(text == wanted),
}
"""The callables that examples name."""


def build(written: dict[str, Any]) -> Check:
    """Build an expectation by its class: the first key is the check, those beside it its fields."""
    name, *beside = written
    check = registry.get(name)
    keys = {key: written[key] for key in beside}
    if isinstance(written[name], dict) and not takes_mapping(check):
        keys |= written[name]
    else:
        keys[check.own_fields()[0]] = written[name]
    for key, _ in marked(check, FromPython):
        keys[key] = MINE[keys[key]]
    return check.model_validate(keys, context={"build": build})


CHECKS = registry.names
EXAMPLES = [
    pytest.param(example, id=f"{name}-{number}")
    for name in CHECKS
    for number, example in enumerate(examples(registry.get(name)))
]

each_check = pytest.mark.parametrize("name", CHECKS)
each_example = pytest.mark.parametrize("example", EXAMPLES)
each_word = pytest.mark.parametrize("word", ["passes", "fails"])


class Judged(Protocol):
    def __call__(self, example: Example, word: str, *, negated: bool = False) -> Verdict: ...


@pytest.fixture
def judged(judge: Callable[..., Verdict], scene: Callable[..., View]) -> Judged:
    """Judge what an example says of a reply; `negated` puts a `not` round it."""

    def give(example: Example, word: str, *, negated: bool = False) -> Verdict:
        told = example.replies[word]
        answers = told.get("answers", ()) if isinstance(told, dict) else ()
        written = {"not": example.written} if negated else example.written
        return judge(build(written), scene(told), answers)

    return give


@each_check
def test_a_check_says_in_a_sentence_what_holds_and_shows_examples(name: str) -> None:
    lines = (inspect.getdoc(registry.get(name)) or "").splitlines()

    assert re.fullmatch(r"[A-Z].+\.", lines[0])
    assert list(examples(registry.get(name)))


@each_example
def test_an_example_names_a_reply_that_passes_and_one_that_fails(example: Example) -> None:
    assert sorted(example.replies) == ["fails", "passes"]


@each_word
@each_example
def test_an_example_judges_as_it_says(example: Example, word: str, judged: Judged) -> None:
    verdict = judged(example, word)

    assert (f"{verdict.status}"[:4], verdict.kind) == (word[:4], "")


@each_word
@each_example
def test_not_turns_a_verdict_round(example: Example, word: str, judged: Judged) -> None:
    verdict = judged(example, word, negated=True)

    assert verdict.status == {"passes": "failed", "fails": "passed"}[word]


@each_word
@each_example
def test_a_verdict_has_a_reason_of_one_line(example: Example, word: str, judged: Judged) -> None:
    verdict = judged(example, word)

    assert re.fullmatch(r"\S.*[^\s.]", verdict.reason)


@each_word
@each_example
def test_a_verdict_has_evidence(example: Example, word: str, judged: Judged) -> None:
    verdict = judged(example, word)

    assert verdict.evidence
    assert all(piece.pointer or piece.message or piece.excerpt for piece in verdict.evidence)


@each_word
@each_example
def test_a_verdict_survives_being_written_and_read(
    example: Example, word: str, judged: Judged
) -> None:
    verdict = judged(example, word)

    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@each_word
@each_example
def test_a_check_judges_the_same_twice(example: Example, word: str, judged: Judged) -> None:
    first, second = (judged(example, word) for _ in range(2))

    assert first == second


@each_check
def test_a_check_is_called_like_its_file_and_stands_alone_in_it(name: str) -> None:
    check = registry.get(name)

    assert Path(inspect.getfile(check)).stem.rstrip("_") == name
    assert check.__name__ == "".join(word.capitalize() for word in name.split("_"))


@each_check
def test_a_check_refuses_a_key_that_it_does_not_know(name: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        registry.get(name).model_validate({"zzz": 1}, context={"build": build})


@each_check
def test_a_check_may_be_written_somewhere(name: str) -> None:
    assert registry.get(name).scopes <= {"turn", "conversation"}
    assert registry.get(name).scopes
