"""The job summary: the verdict first, everything quoted, never too long to post."""

import dataclasses
from collections.abc import Callable

import pytest

from evalkit.model.chat import ChatReply, Try
from evalkit.model.run import Run
from evalkit.model.transcript import Exchange, Transcript
from evalkit.report import markdown
from evalkit.report.markdown import code

Say = Callable[[str], Run]
Count = Callable[..., Run]


def test_the_first_line_is_a_marker_and_the_second_the_verdict(count: Count) -> None:
    lines = markdown.render(count(2, 1)).splitlines()

    assert lines[:2] == ["<!-- evalkit -->", "### ❌ 1 of 3 conversations failed"]


def test_a_green_run_lists_no_items(count: Count) -> None:
    text = markdown.render(count(2))

    assert "### ✅ all 2 conversations passed".lower() in text.lower()
    assert "| reason |" not in text


def test_a_failure_is_listed_with_its_place_and_reason(count: Count) -> None:
    assert "| ❌ | `c2` | `maas` | `suites/a.yaml:3` |  | `reason 2` |" in markdown.render(
        count(2, 1)
    )


def test_a_deployment_is_listed_with_its_figures(count: Count) -> None:
    row = "| `maas` | 2 of 3 | 67% (21% to 94%) | – | – | – | – |"  # noqa: RUF001 - the dash of the report

    assert row in markdown.render(count(2, 1))


def test_damage_is_told(count: Count) -> None:
    run = dataclasses.replace(count(1), damage=("run.jsonl has no end",))

    assert "⚠️ `run.jsonl has no end`" in markdown.render(run)


def test_what_was_skipped_is_counted_by_reason(count: Count) -> None:
    run = count(3)
    items = tuple(item.model_copy(update={"skip": "no key"}) for item in run.items)
    text = markdown.render(dataclasses.replace(run, items=items, outcomes=()))

    assert "\nSkipped: 3 items, `no key`\n" in text
    assert "| reason |" not in text


def test_what_was_not_run_is_counted_by_reason(count: Count) -> None:
    run = count(0, 3)
    update = {"status": "not_run", "reason": "the deployment is stopped"}
    outcomes = tuple(one.model_copy(update=update) for one in run.outcomes)
    text = markdown.render(dataclasses.replace(run, outcomes=outcomes))

    assert "\nNot run: 3 items, `the deployment is stopped`\n" in text


def test_errors_that_share_their_reason_are_told_once(count: Count) -> None:
    run = count(0, 30)
    outcomes = tuple(
        one.model_copy(update={"status": "error", "reason": f"no (request r{number})"})
        for number, one in enumerate(run.outcomes)
    )
    text = markdown.render(dataclasses.replace(run, outcomes=outcomes))

    assert text.count("| `no (request") == markdown.MAX_ALIKE
    assert "\n25 more on `maas` could not be judged for the same reason: `no`\n" in text


def test_retries_are_told_of_the_deployment_that_needed_them(count: Count) -> None:
    run = count(2)
    tries = (Try(status=429, wasted=1200), Try(status=200))
    reply = ChatReply(text="hi", tries=tries)
    transcript = Transcript(exchanges=(Exchange(turn=0, added=(), reply=reply),))
    outcomes = tuple(one.model_copy(update={"transcript": transcript}) for one in run.outcomes)
    text = markdown.render(dataclasses.replace(run, outcomes=outcomes))

    assert (
        "\n`maas`: 2 of 4 requests were retries, 2 (50.0%) answered 429, "
        "2,400 tokens came to nothing\n"
    ) in text


def test_a_long_list_ends_with_how_many_more_there_are(count: Count) -> None:
    text = markdown.render(count(0, 2000))

    assert len(text.encode()) <= markdown.MAX_BYTES
    assert text.rstrip().endswith("more are in the report.")


QUOTED = {
    "plain": ("a b", "`a b`"),
    "empty": ("", ""),
    "cell": ("a|b", "`a\\|b`"),
    "lines": ("a\n\n# b", "`a # b`"),
    "backticks": ("a `b` ``c``", "``` a `b` ``c`` ```"),
    "mention": ("@everyone", "`@everyone`"),
    "markup": ("<img src=x>", "`<img src=x>`"),
    "escape": ("\x1b[2J", "`\\x1b[2J`"),
}


@pytest.mark.parametrize(("text", "quoted"), QUOTED.values(), ids=QUOTED.keys())
def test_a_text_is_quoted(text: str, quoted: str) -> None:
    assert code(text) == quoted


def test_a_command_to_the_ci_never_opens_a_line(say: Say) -> None:
    lines = markdown.render(say("\n::error::gone\n##vso[x]")).splitlines()

    assert not [line for line in lines if line.startswith(("::", "##vso"))]


def test_a_name_that_is_not_plain_is_quoted_in_the_verdict(say: Say) -> None:
    assert "<img" not in markdown.render(say("<img src=x>")).replace("`<img src=x>", "")


def test_any_text_can_be_written(say: Say) -> None:
    assert markdown.render(say("\ud800")).encode("utf-8")
