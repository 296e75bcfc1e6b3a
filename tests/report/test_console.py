"""What text loses and keeps on its way to a terminal or a build log."""

import pytest

from evalkit.report.console import clean

HARMLESS = {
    "plain text": "a reply, 7 %",
    "other scripts": "naïve 日本 👩‍💻",
    "a tab and lines": "a\tb\nc\n",
    "rich markup": "[red]PASS[/red] [link=http://evil]x[/nope]",
    "colons inside a line": "see std::error::Error",
    "an IPv6 address": "::1",
    "a Markdown heading": "## Steps [1]",
    "a hash before a bracket": "#[derive]",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=list(HARMLESS))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


STEERING = {
    "colour": ("\x1b[31mred\x1b[0m", "red"),
    "erasing the screen": ("a\x1b[2Jb", "ab"),
    "eight-bit CSI": ("a\x9b2Jb", "ab"),
    "a window title": ("a\x1b]0;title\x07b", "ab"),
    "a link": ("\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "text"),
    "the clipboard": ("a\x1b]52;c;cm0=\x07b", "ab"),
    "an OSC without an end": ("a\x1b]0;title\nnext", "a0;title\nnext"),
    "a device control string": ("a\x1bPq#0\x1b\\b", "ab"),
    "eight-bit OSC": ("a\x9d0;t\x9cb", "ab"),
    "a character set": ("a\x1b(0b", "ab"),
    "a reset": ("a\x1bcb", "ab"),
    "a bare escape": ("a\x1b", "a"),
    "an escape hidden in another": ("\x1b\x1b[A[2Jx", "[2Jx"),
    "an escape split by NUL": ("\x1b\x00[2Jx", "[2Jx"),
    "backspaces": ("PASS\b\b\b\bFAIL", "PASSFAIL"),
    "NUL and DEL": ("a\x00b\x7fc", "abc"),
    "a carriage return over the line": ("FAIL\r    PASS", "FAIL\n    PASS"),
    "Windows line ends": ("a\r\nb", "a\nb"),
    "Unicode line ends": ("a\u2028b\x85c", "a\nb\nc"),
    "text direction": ("a\u202eb\u2066c\u200fd", "abcd"),
    "a lone surrogate": ("a\ud800b", r"a\ud800b"),
}


@pytest.mark.parametrize(("text", "shown"), STEERING.values(), ids=list(STEERING))
def test_what_steers_a_terminal_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


COMMANDS = {
    "an error": ("::error::no", r"\::error::no"),
    "on a later line": ("a\n::set-output name=x::y", "a\n\\::set-output name=x::y"),
    "indented": ("  ::error::no", r"  \::error::no"),
    "uncovered by cleaning": ("\x1b[m:\x00:error::no", r"\::error::no"),
    "after a carriage return": ("a\r::error::no", "a\n\\::error::no"),
    "of Azure": ("##vso[task.complete]", r"#\#vso[task.complete]"),
    "of Azure, inside a line": ("a ##vso[task.complete]", r"a #\#vso[task.complete]"),
    "of old runners": ("##[error]no", r"#\#[error]no"),
    "of TeamCity": ("##teamcity[message]", r"#\#teamcity[message]"),
    "with more hashes": ("####[error]no", r"###\#[error]no"),
}


@pytest.mark.parametrize(("text", "shown"), COMMANDS.values(), ids=list(COMMANDS))
def test_commands_to_a_build_service_are_defused(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_single_line_shows_line_ends_instead_of_making_them() -> None:
    shown = clean("a\n====== 10 passed ======\r\n\tb", single_line=True)

    assert shown == r"a\n====== 10 passed ======\n b"


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean("::error::\x1b[31m##vso[x]\ud800")

    assert clean(once) == once


def test_a_long_text_of_unfinished_sequences_is_read_once() -> None:
    assert clean("\x1b]0;" * 100_000) == "0;" * 100_000
