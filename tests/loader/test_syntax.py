"""What is no YAML at all, told in words that say what to change."""

import pytest
import yaml

from evalkit.errors import Mistakes
from evalkit.loader.document import compose
from evalkit.loader.page import Page
from evalkit.loader.syntax import explain

MARK = yaml.Mark("a.yaml", 7, 1, 2, None, 0)

SYNTAX = [
    pytest.param(
        "limits: {concurrency:{a}}\n",
        (
            "a.yaml:1:21: inside braces a space must follow ':'\n"
            "    1 | limits: {concurrency:{a}}\n"
            "                            ^\n"
            "  hint: write ': ' behind a key, or put quotes around the text"
        ),
        id="a colon without a space inside braces",
    ),
    pytest.param(
        ("a: 'b\nc: d\n"),
        (
            "a.yaml:1:4: the quote ' is never closed\n"
            "    1 | a: 'b\n"
            "           ^\n"
            "  hint: quote the whole text; inside '…' a quote is written twice: ''"
        ),
        id="a quote that is never closed",
    ),
    pytest.param(
        'a: "b\n',
        (
            'a.yaml:1:4: the quote " is never closed\n'
            '    1 | a: "b\n'
            "           ^\n"
            '  hint: quote the whole text; inside "…" a quote is written \\"'
        ),
        id="a double quote that is never closed",
    ),
    pytest.param(
        "user: 'it's'\n",
        (
            "a.yaml:1:11: text stands behind the closing quote '\n"
            "    1 | user: 'it's'\n"
            "                  ^\n"
            "  hint: quote the whole text; inside '…' a quote is written twice: ''"
        ),
        id="an apostrophe inside quotes",
    ),
    pytest.param(
        "expect: [{contains: 'it's'}]\n",
        (
            "a.yaml:1:25: text stands behind the closing quote '\n"
            "    1 | expect: [{contains: 'it's'}]\n"
            "                                ^\n"
            "  hint: quote the whole text; inside '…' a quote is written twice: ''"
        ),
        id="an apostrophe inside quotes in braces",
    ),
    pytest.param(
        'user: "say "hi""\n',
        (
            'a.yaml:1:13: text stands behind the closing quote "\n'
            '    1 | user: "say "hi""\n'
            "                    ^\n"
            '  hint: quote the whole text; inside "…" a quote is written \\"'
        ),
        id="a quote inside double quotes",
    ),
    pytest.param(
        'expect: [{regex: "\\d+"}]\n',
        (
            "a.yaml:1:19: double quotes know no escape \\d\n"
            '    1 | expect: [{regex: "\\d+"}]\n'
            "                          ^^\n"
            "  hint: in double quotes a backslash is written \\\\; single quotes take text "
            "as it is"
        ),
        id="an unknown escape",
    ),
    pytest.param(
        'user: "\\ud83d\\ude00"\n',
        (
            "a.yaml:1:10: this escape is no character\n"
            '    1 | user: "\\ud83d\\ude00"\n'
            "                 ^\n"
            "  hint: write the character itself"
        ),
        id="half of a surrogate pair",
    ),
    pytest.param(
        'user: "\\xg"\n',
        (
            "a.yaml:1:10: this escape is no character\n"
            '    1 | user: "\\xg"\n'
            "                 ^\n"
            "  hint: write the character itself"
        ),
        id="an escape without digits",
    ),
    pytest.param(
        ("tags: [a, b\nid: c\n"),
        ("a.yaml:1:7: '[' is never closed\n    1 | tags: [a, b\n              ^"),
        id="a bracket that is never closed",
    ),
    pytest.param(
        ("vars: {a: 1\nid: c\n"),
        ("a.yaml:1:7: '{' is never closed\n    1 | vars: {a: 1\n              ^"),
        id="a brace that is never closed",
    ),
    pytest.param(
        "vars: {a: [\n",
        "a.yaml:2:1: the file ends inside brackets or braces",
        id="a file that ends inside a bracket",
    ),
    pytest.param(
        "tags: [a, , b]\n",
        (
            "a.yaml:1:11: a value is missing before ','\n"
            "    1 | tags: [a, , b]\n"
            "                  ^\n"
            "  hint: put quotes around text that starts with ','"
        ),
        id="two commas",
    ),
    pytest.param(
        ("id: a\n  tags: []\n"),
        (
            "a.yaml:2:7: a key cannot stand below a finished value\n"
            "    2 |   tags: []\n"
            "              ^\n"
            "  hint: align it with the keys it belongs to, or quote the text above if it "
            "goes on here"
        ),
        id="a key below a value",
    ),
    pytest.param(
        ("id: 'a'\n  tags: []\n"),
        (
            "a.yaml:2:3: this line is indented like none above it\n"
            "    2 |   tags: []\n"
            "          ^\n"
            "  hint: align it with the keys it belongs to"
        ),
        id="a key below a quoted value",
    ),
    pytest.param(
        ("a:\n    - b\n  c: d\n"),
        (
            "a.yaml:3:3: this line is indented like none above it\n"
            "    3 |   c: d\n"
            "          ^\n"
            "  hint: align it with the keys it belongs to"
        ),
        id="a key that is indented too little",
    ),
    pytest.param(
        ("- a\nb: c\n"),
        (
            "a.yaml:2:1: a key cannot stand among list entries\n"
            "    2 | b: c\n"
            "        ^\n"
            "  hint: start it with '- ', or indent it to belong to the entry above"
        ),
        id="a key among list entries",
    ),
    pytest.param(
        ("a: 1\nhello\nb: 2\n"),
        (
            "a.yaml:2:1: this line is no 'key: value'\n"
            "    2 | hello\n"
            "        ^\n"
            "  hint: write 'key: value', or indent the line if it continues the text "
            "above"
        ),
        id="a line without a colon",
    ),
    pytest.param(
        ": b\n",
        ("a.yaml:1:1: a key is missing before ':'\n    1 | : b\n        ^"),
        id="a colon without a key",
    ),
    pytest.param(
        ("x-a: &a b\nc: *a d\n"),
        (
            "a.yaml:2:7: this text continues no value\n"
            "    2 | c: *a d\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text behind an alias",
    ),
    pytest.param(
        ("%FOO\n---\na: 1\n"),
        (
            "a.yaml:1:1: a line cannot start with '%'\n"
            "    1 | %FOO\n"
            "        ^\n"
            "  hint: put quotes around the text"
        ),
        id="a directive",
    ),
    pytest.param(
        ("a: 1\n...\nb\n"),
        (
            "a.yaml:3:1: this line is indented like none above it\n"
            "    3 | b\n"
            "        ^\n"
            "  hint: align it with the keys it belongs to"
        ),
        id="text behind the end",
    ),
    pytest.param(
        ("user: hello # world\n  again\n"),
        (
            "a.yaml:2:3: a comment ended the text above\n"
            "    2 |   again\n"
            "          ^\n"
            "  hint: put quotes around the whole text"
        ),
        id="a comment inside text",
    ),
]


@pytest.mark.parametrize(("text", "message"), SYNTAX)
def test_a_syntax_error_names_its_place_and_its_cure(text: str, message: str) -> None:
    with pytest.raises(Mistakes) as refused:
        compose(text, "a.yaml")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            yaml.MarkedYAMLError("while reading", None, "found something new", MARK),
            "a.yaml:2:3: invalid YAML: found something new\n    2 | b: c\n          ^",
        ),
        (yaml.MarkedYAMLError(problem="lost"), "a.yaml:1:1: invalid YAML: lost"),
    ],
    ids=["with a place", "without one"],
)
def test_an_error_that_is_not_known_is_told_as_it_is(
    error: yaml.MarkedYAMLError, message: str
) -> None:
    assert str(explain(error, Page("a.yaml", "a: 1\nb: c\n"))).startswith(message)
