"""A reply that is to be in one language: its text or the one fenced block in it."""

import pytest

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply, ToolCall
from evalkit.model.check import Evidence, Verdict
from evalkit.reading.blocks import blocks_of
from evalkit.reading.fence import Code, Flaw, Language, code_of, together

XML = Language("xml", 1_000)


def read(text: str, *, fenced: bool = False) -> Code | Flaw:
    return code_of(ChatReply(text=text), XML, fenced=fenced)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("```xml\n<a/>\n```", ["<a/>"]),
        ("```\n<a/>\n```", ["<a/>"]),
        ("```XML title=x\r\n<a/>\r\n```\r\n", ["<a/>"]),
        ("  ```xml\n<a/>\n  ```", ["<a/>"]),
        ("````xml\n```\n<a/>\n````", ["```\n<a/>"]),
        ("```python\nprint()\n```\n```xml\n<a/>\n```", ["<a/>"]),
        ("```xml\n<a/>\n```\n\n```\n<b/>\n```", ["<a/>", "<b/>"]),
        ("```xml\n<a/>", []),
        ("``xml\n<a/>\n``", []),
        ("a ```xml\n<a/>\n```", []),
    ],
    ids=[
        "label",
        "no label",
        "crlf and more words",
        "indented",
        "longer fence",
        "another language",
        "two",
        "not closed",
        "two ticks",
        "inside a line",
    ],
)
def test_blocks_are_those_of_the_language_or_of_none(text: str, blocks: list[str]) -> None:
    assert [text[one.start : one.end].strip() for one in blocks_of(text, "xml")] == blocks


@pytest.mark.parametrize(
    ("text", "fenced", "code", "left_out"),
    [
        ("<a/>", False, "<a/>", []),
        ("\n <a/>\n", False, "<a/>", []),
        ("<a/>", True, "<a/>", []),
        ("So:\n```xml\n<a/>\n```\nYes", True, "<a/>", ["So:\n```xml\n```\nYes"]),
        ("Hi\n```python\n1\n```", True, "Hi\n```python\n1\n```", []),
    ],
    ids=["whole", "spaces around", "no fence", "fence", "no fence of the language"],
)
def test_what_is_parsed_is_the_text_or_its_one_block(
    text: str, *, fenced: bool, code: str, left_out: list[str]
) -> None:
    found = read(text, fenced=fenced)

    assert isinstance(found, Code)
    assert (found.text, [one.excerpt for one in found.evidence]) == (code, left_out)


@pytest.mark.parametrize(
    ("text", "fenced", "reason"),
    [
        ("```xml\n<a/>\n```", False, "a code fence at 1:1 (fenced: true would read it)"),
        ("\n\n```xml\n<a/>", False, "a code fence at 3:1"),
        ("```python\n1\n```", True, "a code fence at 1:1"),
        ("```\na\n```\n" * 2, True, "2 fenced blocks, of which none is chosen"),
        ("```\na\n```\n" * 9, True, "5 or more fenced blocks, of which none is chosen"),
    ],
    ids=["fence", "not closed", "another language", "two blocks", "many blocks"],
)
def test_a_fence_that_is_not_read_is_told(text: str, *, fenced: bool, reason: str) -> None:
    found = read(text, fenced=fenced)

    assert isinstance(found, Flaw)
    assert found.reason == reason
    assert found.evidence


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            ChatReply(text="<a", finish_reason="length"),
            "reply was cut by max_tokens (finish_reason length): raise max_tokens",
        ),
        (ChatReply(refusal="I can't"), 'reply is a refusal: "I can\'t"'),
        (
            ChatReply(text="<a/>", finish_reason="content_filter"),
            "reply was stopped by the content filter (finish_reason content_filter)",
        ),
        (ChatReply(text=" ", finish_reason="stop"), "reply is empty (finish_reason stop)"),
        (
            ChatReply(reasoning="Hm", finish_reason="stop"),
            "reply has reasoning but no text (finish_reason stop)",
        ),
        (ChatReply(tool_calls=(ToolCall(name="f"),)), "reply calls a tool and has no text"),
    ],
    ids=["cut", "refused", "filtered", "empty", "reasoning only", "tool call"],
)
def test_what_kept_a_reply_from_being_whole_is_named(reply: ChatReply, reason: str) -> None:
    found = code_of(reply, XML, fenced=False)

    assert isinstance(found, Flaw)
    assert (found.reason, found.evidence[0].message) == (reason, reason)


@pytest.mark.parametrize(
    ("text", "line", "column", "reason", "shown"),
    [
        ("<a/>", 1, 2, "odd at 1:2", "<a/>"),
        ("So:\n```xml\n<a>\n  <b>\n```\n", 2, 3, "odd at 4:3", "  <b>"),
        ("<a>\r\n<b>", 2, 1, "odd at 2:1", "<b>"),
        ("<a>", 9, 9, "odd at 1:4", "<a>"),
    ],
    ids=["whole", "in a fence", "crlf", "behind the end"],
)
def test_a_place_is_told_as_a_place_of_the_whole_reply(
    text: str, line: int, column: int, reason: str, shown: str
) -> None:
    code = read(text, fenced=True)
    assert isinstance(code, Code)

    flaw = code.flaw("odd", code.index(line, column))

    assert (flaw.reason, flaw.evidence[0].excerpt) == (reason, shown)


def test_a_flaw_of_the_whole_text_hints_at_the_one_block_in_it() -> None:
    code = read("So:\n```xml\n<a/>\n```")
    assert isinstance(code, Code)

    assert code.flaw("odd", 0).reason == "odd at 1:1 (fenced: true would read it)"


def test_more_than_the_language_takes_is_an_error() -> None:
    with pytest.raises(CheckError, match="more than 1,000 characters of XML") as caught:
        read("x" * 1_001)

    assert caught.value.kind == "too_large"


@pytest.mark.parametrize(
    "text",
    ["```" + "a" * 900_000 + "`", "`" * 900_000, "```\n" * 200_000, " " * 900_000 + "`"],
    ids=["label", "ticks", "fences", "spaces"],
)
def test_looking_for_fences_takes_no_longer_than_the_text_is_long(text: str) -> None:
    found = code_of(ChatReply(text=text), Language("xml", 1_000_000), fenced=True)

    assert isinstance(found, Code | Flaw)


def fact(status: str, name: str) -> Verdict:
    evidence = (Evidence(message=name),)
    return Verdict.when(status == "passed", yes=name, no=f"no {name}", evidence=evidence)


@pytest.mark.parametrize(
    ("statuses", "status", "reason", "evidence"),
    [
        (("passed", "passed"), "passed", "0 and 1", ["0", "1"]),
        (("passed", "failed"), "failed", "no 1", ["1"]),
        (("failed", "failed"), "failed", "no 0 and no 1", ["0", "1"]),
    ],
    ids=["all hold", "one fails", "all fail"],
)
def test_facts_together_are_told_by_those_that_decide(
    statuses: tuple[str, ...], status: str, reason: str, evidence: list[str]
) -> None:
    verdict = together(*(fact(one, f"{index}") for index, one in enumerate(statuses)))

    assert (verdict.status, verdict.reason) == (status, reason)
    assert [one.message for one in verdict.evidence] == evidence
