"""What is refused in a YAML file that other readers take, told to the letter."""

import pytest
import yaml

from evalkit.errors import Mistakes
from evalkit.loader.composer import Composer
from evalkit.loader.document import compose
from evalkit.loader.page import open_page

TRAPS = [
    pytest.param(
        "user: {{ question }}\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '{{'\n"
            "    1 | user: {{ question }}\n"
            "              ^^\n"
            "  hint: put quotes around it"
        ),
        id="a value starting with two braces",
    ),
    pytest.param(
        ("user: {{ question }} please\nid: 7\n"),
        (
            "a.yaml:1:7: unquoted text cannot start with '{{'\n"
            "    1 | user: {{ question }} please\n"
            "              ^^\n"
            "  hint: put quotes around it"
        ),
        id="two braces with text behind them",
    ),
    pytest.param(
        "expect: [{contains: {{ x }}}]\n",
        (
            "a.yaml:1:21: unquoted text cannot start with '{{'\n"
            "    1 | expect: [{contains: {{ x }}}]\n"
            "                            ^^\n"
            "  hint: put quotes around it"
        ),
        id="two braces inside braces",
    ),
    pytest.param(
        "{{ key }}: b\n",
        (
            "a.yaml:1:1: unquoted text cannot start with '{{'\n"
            "    1 | {{ key }}: b\n"
            "        ^^\n"
            "  hint: put quotes around it"
        ),
        id="two braces as a key",
    ),
    pytest.param(
        "expect: [{contains: yes, no}]\n",
        (
            "a.yaml:1:26: 'no' has no value\n"
            "    1 | expect: [{contains: yes, no}]\n"
            "                                 ^^\n"
            "  hint: put quotes around text with a comma in it"
        ),
        id="a comma inside braces",
    ),
    pytest.param(
        "expect: [{json}]\n",
        (
            "a.yaml:1:11: 'json' has no value\n"
            "    1 | expect: [{json}]\n"
            "                  ^^^^\n"
            '  hint: write "", null or [] where that is meant'
        ),
        id="a key alone in braces",
    ),
    pytest.param(
        "headers: {x: ${TOKEN}}\n",
        (
            "a.yaml:1:15: unquoted text inside braces cannot contain '${'\n"
            "    1 | headers: {x: ${TOKEN}}\n"
            "                      ^\n"
            "  hint: put quotes around the text"
        ),
        id="a variable inside braces",
    ),
    pytest.param(
        "headers: {x: Bearer-${TOKEN}}\n",
        (
            "a.yaml:1:22: unquoted text inside braces cannot contain '${'\n"
            "    1 | headers: {x: Bearer-${TOKEN}}\n"
            "                             ^\n"
            "  hint: put quotes around the text"
        ),
        id="a variable inside text in braces",
    ),
    pytest.param(
        "expect: [{regex: [a-z]+}]\n",
        (
            "a.yaml:1:23: unquoted text cannot start with '[' and go on behind ']'\n"
            "    1 | expect: [{regex: [a-z]+}]\n"
            "                              ^\n"
            "  hint: put quotes around the text"
        ),
        id="a character class inside braces",
    ),
    pytest.param(
        "expect: [{regex: x[a-z]}]\n",
        (
            "a.yaml:1:19: unquoted text inside braces cannot contain '['\n"
            "    1 | expect: [{regex: x[a-z]}]\n"
            "                          ^\n"
            "  hint: put quotes around the text"
        ),
        id="a bracket behind text in braces",
    ),
    pytest.param(
        "expect: [{contains: note: this}]\n",
        (
            "a.yaml:1:25: unquoted text inside braces cannot contain ': '\n"
            "    1 | expect: [{contains: note: this}]\n"
            "                                ^\n"
            "  hint: put quotes around the text"
        ),
        id="a colon inside braces",
    ),
    pytest.param(
        ("id:\ntags: []\n"),
        (
            "a.yaml:1:1: 'id' has no value\n"
            "    1 | id:\n"
            "        ^^\n"
            '  hint: write "", null or [] where that is meant'
        ),
        id="an empty value",
    ),
    pytest.param(
        ("expect:\n  - contains: #refund\n"),
        (
            "a.yaml:2:5: 'contains' has no value\n"
            "    2 |   - contains: #refund\n"
            "            ^^^^^^^^\n"
            "  hint: put quotes around text that starts with '#'"
        ),
        id="a value that is a comment",
    ),
    pytest.param(
        ("tags:\n  -\n  - b\n"),
        (
            "a.yaml:2:4: a list entry has no value\n"
            "    2 |   -\n"
            "           ^\n"
            '  hint: write "", null or [] where that is meant'
        ),
        id="an empty list entry",
    ),
    pytest.param(
        ("tags:\n  - #smoke\n"),
        (
            "a.yaml:2:4: a list entry has no value\n"
            "    2 |   - #smoke\n"
            "           ^\n"
            "  hint: put quotes around text that starts with '#'"
        ),
        id="a list entry that is a comment",
    ),
    pytest.param(
        "user: !important\n",
        (
            "a.yaml:1:7: the tag '!important' is not supported\n"
            "    1 | user: !important\n"
            "              ^^^^^^^^^^\n"
            "  hint: put quotes around text that starts with '!'"
        ),
        id="text that starts with a tag",
    ),
    pytest.param(
        "user: *bold* text\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '*'\n"
            "    1 | user: *bold* text\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text that starts with an alias",
    ),
    pytest.param(
        "user: * x\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '*'\n"
            "    1 | user: * x\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text that starts with an asterisk alone",
    ),
    pytest.param(
        "user: &co\n",
        (
            "a.yaml:1:7: the anchor 'co' names nothing\n"
            "    1 | user: &co\n"
            "              ^^^\n"
            "  hint: put quotes around text that starts with '&'"
        ),
        id="text that starts with an anchor",
    ),
    pytest.param(
        "user: @all hello\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '@'\n"
            "    1 | user: @all hello\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text that starts with an at sign",
    ),
    pytest.param(
        "user: %d items\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '%'\n"
            "    1 | user: %d items\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text that starts with a percent sign",
    ),
    pytest.param(
        "user: `code`\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '`'\n"
            "    1 | user: `code`\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text that starts with a backtick",
    ),
    pytest.param(
        "user: - hello\n",
        (
            "a.yaml:1:7: a list cannot start behind a key\n"
            "    1 | user: - hello\n"
            "              ^\n"
            "  hint: start the list on the next line, or put quotes around text that "
            "starts with '- '"
        ),
        id="text that starts with a dash",
    ),
    pytest.param(
        "user: ? why\n",
        (
            "a.yaml:1:7: unquoted text cannot start with '? '\n"
            "    1 | user: ? why\n"
            "              ^\n"
            "  hint: put quotes around the text"
        ),
        id="text that starts with a question mark",
    ),
    pytest.param(
        "user: ] x\n",
        (
            "a.yaml:1:7: a value is missing before ']'\n"
            "    1 | user: ] x\n"
            "              ^\n"
            "  hint: put quotes around text that starts with ']'"
        ),
        id="text that starts with a bracket",
    ),
    pytest.param(
        "user: Note: hello\n",
        (
            "a.yaml:1:11: unquoted text cannot contain ': '\n"
            "    1 | user: Note: hello\n"
            "                  ^\n"
            "  hint: put quotes around the text"
        ),
        id="text with a colon",
    ),
    pytest.param(
        "user: | hello\n",
        (
            "a.yaml:1:9: text cannot follow '|' on its line\n"
            "    1 | user: | hello\n"
            "                ^\n"
            "  hint: start the text on the next line, or put quotes around the whole"
        ),
        id="text behind a bar",
    ),
    pytest.param(
        "user: [note] hello\n",
        (
            "a.yaml:1:14: unquoted text cannot start with '[' and go on behind ']'\n"
            "    1 | user: [note] hello\n"
            "                     ^\n"
            "  hint: put quotes around the text"
        ),
        id="text behind brackets",
    ),
]

REFUSALS = [
    pytest.param(
        ("id: a\ntags: []\nid: b\n"),
        ("a.yaml:3:1: duplicate key 'id', first on line 1\n    3 | id: b\n        ^^"),
        id="a duplicate key",
    ),
    pytest.param(
        'vars: {a: 1, "a": 2}\n',
        (
            "a.yaml:1:14: duplicate key 'a', first on line 1\n"
            '    1 | vars: {a: 1, "a": 2}\n'
            "                     ^^^"
        ),
        id="a duplicate key that is quoted",
    ),
    pytest.param(
        ("a: 1\na: 2\na: 3\n"),
        (
            "a.yaml:2:1: duplicate key 'a', first on line 1\n"
            "    2 | a: 2\n"
            "        ^\n"
            "\n"
            "a.yaml:3:1: duplicate key 'a', first on line 1\n"
            "    3 | a: 3\n"
            "        ^"
        ),
        id="a key three times",
    ),
    pytest.param(
        ("x-a: &a {b: 1}\nc:\n  <<: *a\n"),
        (
            "a.yaml:3:3: merging with '<<' is not supported\n"
            "    3 |   <<: *a\n"
            "          ^^\n"
            "  hint: write the keys out, or use 'defaults'"
        ),
        id="a merge key",
    ),
    pytest.param(
        ("? [a]\n: b\n"),
        (
            "a.yaml:1:3: a key must be text\n"
            "    1 | ? [a]\n"
            "          ^^^\n"
            "  hint: put quotes around it"
        ),
        id="a list as a key",
    ),
    pytest.param(
        ("a: &a b\n*a : c\n"),
        (
            "a.yaml:1:4: a key must be text\n"
            "    1 | a: &a b\n"
            "           ^^^^\n"
            "  hint: put quotes around it"
        ),
        id="an alias as a key",
    ),
    pytest.param(
        ("? \n: b\n"),
        ("a.yaml:1:2: a key must be text\n    1 | ? \n         ^\n  hint: put quotes around it"),
        id="an empty key",
    ),
    pytest.param(
        "&k a: b\n",
        (
            "a.yaml:1:1: a key has neither tag nor anchor\n"
            "    1 | &k a: b\n"
            "        ^^^^\n"
            "  hint: put quotes around the key"
        ),
        id="a key with an anchor",
    ),
    pytest.param(
        "a: !x 1\n",
        (
            "a.yaml:1:4: the tag '!x' is not supported\n"
            "    1 | a: !x 1\n"
            "           ^^^^\n"
            "  hint: put quotes around text that starts with '!'"
        ),
        id="a tag",
    ),
    pytest.param(
        "a: !!python/object/apply:os.system [ls]\n",
        (
            "a.yaml:1:4: the tag '!!python/object/apply:os.system' is not supported\n"
            "    1 | a: !!python/object/apply:os.system [ls]\n"
            "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  hint: put quotes around text that starts with '!'"
        ),
        id="a tag of Python",
    ),
    pytest.param(
        "a: !!binary aGk=\n",
        (
            "a.yaml:1:4: the tag '!!binary' is not supported\n"
            "    1 | a: !!binary aGk=\n"
            "           ^^^^^^^^^^^^^\n"
            "  hint: put quotes around text that starts with '!'"
        ),
        id="a tag of YAML",
    ),
    pytest.param(
        "a: !e!x b\n",
        (
            "a.yaml:1:4: tags are not supported\n"
            "    1 | a: !e!x b\n"
            "           ^\n"
            "  hint: put quotes around text that starts with '!'"
        ),
        id="an unknown tag handle",
    ),
    pytest.param(
        "a: &a [1]\n",
        (
            "a.yaml:1:4: no alias uses the anchor 'a'\n"
            "    1 | a: &a [1]\n"
            "           ^^^^\n"
            "  hint: remove it, or put quotes around text that starts with '&'"
        ),
        id="an anchor that no alias uses",
    ),
    pytest.param(
        ("x-a: &a 1\nb: &a 2\nc: *a\n"),
        ("a.yaml:2:4: duplicate anchor 'a', first on line 1\n    2 | b: &a 2\n           ^^^^"),
        id="an anchor twice",
    ),
    pytest.param(
        ("x-basics: &basics [1]\na: *basic\nb: *basics\n"),
        (
            "a.yaml:2:4: unknown anchor 'basic'\n"
            "    2 | a: *basic\n"
            "           ^^^^^^\n"
            "  hint: did you mean 'basics'?\n"
            "  hint: put quotes around text that starts with '*'"
        ),
        id="an unknown anchor",
    ),
    pytest.param(
        "a: &a [1, *a]\n",
        (
            "a.yaml:1:11: the alias 'a' stands inside what it repeats\n"
            "    1 | a: &a [1, *a]\n"
            "                  ^^"
        ),
        id="a recursive alias",
    ),
    pytest.param(
        ("a: 1\n---\nb: 2\n"),
        (
            "a.yaml:2:1: a second document starts here\n"
            "    2 | ---\n"
            "        ^^^\n"
            "  hint: a file holds one document; put the others in files of their own"
        ),
        id="a second document",
    ),
    pytest.param(
        ("a:\n\tb: 1\n"),
        (
            "a.yaml:2:1: a tab cannot indent a line\n"
            "    2 | \tb: 1\n"
            "        ^\n"
            "  hint: indent with spaces"
        ),
        id="a tab before a key",
    ),
    pytest.param(
        ("a:\n\t- b\n"),
        (
            "a.yaml:2:1: a tab cannot indent a line\n"
            "    2 | \t- b\n"
            "        ^\n"
            "  hint: indent with spaces"
        ),
        id="a tab before a list",
    ),
    pytest.param(
        ("a: |\n\tb\n"),
        (
            "a.yaml:2:1: a tab cannot indent a line\n"
            "    2 | \tb\n"
            "        ^\n"
            "  hint: indent with spaces"
        ),
        id="a tab in a block of text",
    ),
    pytest.param("", "a.yaml:1:1: the file is empty", id="an empty file"),
    pytest.param("# nothing\n", "a.yaml:1:1: the file is empty", id="a file of comments"),
]


@pytest.mark.parametrize(("text", "message"), [*TRAPS, *REFUSALS])
def test_it_is_refused_with_its_place_and_a_hint(text: str, message: str) -> None:
    with pytest.raises(Mistakes) as refused:
        compose(text, "a.yaml")
    assert str(refused.value) == message


@pytest.mark.parametrize(("text", "message"), [*TRAPS, *REFUSALS])
def test_the_parser_without_libyaml_says_the_same(text: str, message: str) -> None:
    with pytest.raises(Mistakes) as refused:
        Composer(open_page(text, "a.yaml")).run(yaml.SafeLoader)
    assert str(refused.value) == message
