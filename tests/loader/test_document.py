"""YAML composed into a tree: the values as JSON means them, and the place of each."""

import gc
import time
from typing import Any

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.document import Items, Node, Scalar, Table, compose, to_data
from evalkit.source import Span


def data(text: str) -> Any:
    return to_data(compose(text, "a.yaml"))


def at(text: str, *path: str | int) -> Node:
    node = compose(text, "a.yaml")
    for step in path:
        if isinstance(node, Table):
            node = node.entries[str(step)]
        elif isinstance(node, Items):
            node = node.nodes[int(step)]
    return node


def refusal(text: str) -> str:
    with pytest.raises(Mistakes) as refused:
        compose(text, "a.yaml")
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7),
        ("-0", 0),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        ("true", True),
        ("false", False),
        ("null", None),
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("True", "True"),
        ("~", "~"),
        ("Null", "Null"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+1", "+1"),
        (".5", ".5"),
        ("5.", "5."),
        (".nan", ".nan"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ("'7'", "7"),
        ('"true"', "true"),
        ('""', ""),
        ("a # b", "a"),
        ("a  # b", "a"),
        ("a#b", "a#b"),
        ("http://x/y", "http://x/y"),
    ],
)
def test_a_scalar_means_what_json_says_and_else_is_text(written: str, value: object) -> None:
    result = data(f"a: {written}\n")["a"]
    assert (result, type(result)) == (value, type(value))


def test_a_number_keeps_the_text_that_the_author_wrote() -> None:
    assert at("a: 1.10\n", "a") == Scalar(1.1, "1.10", True, Span("a.yaml", 1, 4, 4))  # noqa: FBT003 - all fields, in order


@pytest.mark.parametrize(
    ("value", "commented"),
    [("a #b", True), ("a # b", True), ("a  # b", False), ("'a' # b", False), ("a", False)],
)
def test_a_comment_one_space_behind_unquoted_text_is_marked(value: str, *, commented: bool) -> None:
    node = at(f"a: {value}\n", "a")
    assert isinstance(node, Scalar)
    assert node.comment is commented


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n  x\n  y\n", "x\ny\n"),
        ("a: |-\n  7\n", "7"),
        ("a: >\n  x\n  y\n", "x y\n"),
        ("a: x\n  y\n", "x y"),
        ('a: "x\\ty"\n', "x\ty"),
    ],
    ids=["literal", "stripped", "folded", "plain on two lines", "escaped"],
)
def test_text_over_several_lines_is_text(text: str, value: str) -> None:
    assert data(text) == {"a": value}


@pytest.mark.parametrize(
    ("text", "path", "span"),
    [
        ("a:\n  b: cd\n", ("a", "b"), (2, 6, 2)),
        ("a: 'cd'\n", ("a",), (1, 4, 4)),
        ("a: [b, cd]\n", ("a",), (1, 4, 7)),
        ("a: [b, cd]\n", ("a", 1), (1, 8, 2)),
        ("a: {b: c}\n", ("a",), (1, 4, 6)),
        ("a:\n  bc: d\n  e: f\n", ("a",), (2, 3, 2)),
        ("a:\n  - b\n", ("a",), (2, 3, 1)),
        ("a: |-\n  b\n", ("a",), (1, 4, 2)),
        ("a: b c\n  d\n", ("a",), (1, 4, 3)),
        ("é: 😀x\n", ("é",), (1, 4, 2)),
        ("\ufeffa: b\n", ("a",), (1, 4, 1)),
        ("x: 1\r\na: b\r\n", ("a",), (2, 4, 1)),
    ],
)
def test_every_value_has_its_place(
    text: str, path: tuple[str | int, ...], span: tuple[int, int, int]
) -> None:
    assert at(text, *path).span == Span("a.yaml", *span)


def test_every_key_has_its_place() -> None:
    node = at('a:\n  bc: 1\n  "d e": 2\n', "a")
    assert isinstance(node, Table)
    assert node.keys == {"bc": Span("a.yaml", 2, 3, 2), "d e": Span("a.yaml", 3, 3, 5)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{50256: -100, true: 1}", {"50256": -100, "true": 1}),
        ("[a, [b, {c: d}], ]", ["a", ["b", {"c": "d"}]]),
        ("---\na: 1\n...\n", {"a": 1}),
        ("a: {}\nb: []\n", {"a": {}, "b": []}),
        ("text\n", "text"),
        ('"<<": 1\n', {"<<": 1}),
        ('a: "{{ x }}"\n', {"a": "{{ x }}"}),
        ("a: Say {{ x }}\n", {"a": "Say {{ x }}"}),
        ("a: http://h/${X}\n", {"a": "http://h/${X}"}),
    ],
)
def test_what_is_plain_yaml_is_read(text: str, value: object) -> None:
    assert data(text) == value


def test_an_alias_repeats_what_its_anchor_names() -> None:
    text = "x-basics: &basics [1, 2]\na: *basics\nb: [*basics]\n"
    assert data(text) == {"x-basics": [1, 2], "a": [1, 2], "b": [[1, 2]]}


def test_an_anchor_below_a_top_level_x_key_may_stay_unused() -> None:
    assert data("x-parts:\n  one: &one 1\n") == {"x-parts": {"one": 1}}


def test_many_uses_of_a_small_anchor_are_no_bomb() -> None:
    uses = "".join(f"c{index}: *basics\n" for index in range(5000))
    assert len(data(f"x-basics: &basics [{{a: b}}, {{c: d}}]\n{uses}")) == 5001


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    bomb = "\n".join(["x-l0: &l0 [lol]", *levels])
    assert refusal(bomb).startswith("a.yaml:6:40: aliases repeat more than 100,000 values")


def test_aliases_cannot_nest_deeper_than_what_is_written_out() -> None:
    levels = [f"l{n}: &l{n} {'[' * 60}*l{n - 1}{']' * 60}" for n in range(1, 4)]
    text = "\n".join(["x-l0: &l0 [a]", *levels])
    assert refusal(text).startswith("a.yaml:3:69: nested more than 100 levels deep")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 3000, "a.yaml:1:1001"),
        ("[" * 200 + "]" * 200, "a.yaml:1:101"),
        ("- " * 3000, "a.yaml:1:201"),
        ("\n".join(" " * n + "a:" for n in range(300)), "a.yaml:101:101"),
        ("{a: " * 300, "a.yaml:1:401"),
    ],
    ids=["brackets", "closed brackets", "dashes", "keys", "braces"],
)
def test_deep_nesting_is_refused(text: str, place: str) -> None:
    assert refusal(text).splitlines()[0] == f"{place}: nested more than 100 levels deep"


def test_a_hundred_levels_are_read() -> None:
    assert data("[" * 100 + "]" * 100) is not None


def test_several_mistakes_are_told_at_once_in_reading_order() -> None:
    text = "a: 1\na: 2\nb:\nc: !x 3\nd: {{ e }}\nf: &f 1\n"
    with pytest.raises(Mistakes) as refused:
        compose(text, "a.yaml")
    assert [(mistake.span.line, mistake.message) for mistake in refused.value.mistakes] == [
        (2, "duplicate key 'a', first on line 1"),
        (3, "'b' has no value"),
        (4, "the tag '!x' is not supported"),
        (5, "unquoted text cannot start with '{{'"),
        (6, "no alias uses the anchor 'f'"),
    ]


def test_mistakes_before_a_syntax_error_are_told_with_it() -> None:
    with pytest.raises(Mistakes) as refused:
        compose("a:\nb: 'c\n", "a.yaml")
    assert len(refused.value.mistakes) == 2


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(*, enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        compose("a: b\n", "a.yaml")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_a_large_suite_is_composed_quickly() -> None:
    conversation = (
        '- id: c\n  turns:\n  - {user: "What is {{ dish }}?", expect: [{contains: bun}]}\n'
    )
    started = time.process_time()
    compose(conversation * 10_000, "a.yaml")
    assert time.process_time() - started < 2
