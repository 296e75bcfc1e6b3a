"""Templates: values inserted once, nothing else in reach, and no result without bound."""

import subprocess
import sys
import time
from typing import Any

import pytest

from evalkit.errors import TemplateError
from evalkit.template import Rendered, is_template, names, render, render_json, render_typed

VALUES: dict[str, Any] = {
    "dish": "burger",
    "count": 7,
    "price": 1.5,
    "fresh": True,
    "nothing": None,
    "list": [3, 1, 2],
    "row": {"a": 1, "_id": "x", "items": "own"},
}


def refused(text: str, **values: Any) -> TemplateError:
    with pytest.raises(TemplateError) as error:
        render(text, {**VALUES, **values})
    return error.value


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("no marks", "no marks"),
        ("{ single } }}", "{ single } }}"),
        ("{{ dish }}", "burger"),
        ("a {{dish}}\n", "a burger\n"),
        ("{{ count }}", "7"),
        ("{{ price }}", "1.5"),
        ("{{ fresh }} {{ nothing }}", "true null"),
        ("{{ list }} {{ row }}", '[3, 1, 2] {"a": 1, "_id": "x", "items": "own"}'),
        ("{{ row.a }} {{ row['a'] }} {{ row._id }} {{ row.items }}", "1 1 x own"),
        ("{{ list[0] }} {{ dish[:3] }}", "3 bur"),
        ("{{ true }} {{ none }}", "true null"),
        ("{{ '{{' }}", "{{"),
        ("{{- dish -}} \n", "burger"),
        (
            "{{ count + 1 }} {{ 3 * 4 }} {{ 7 // 2 }} {{ 2 ** 10 }} {{ 7 % 4 }} {{ 'a' * 3 }}",
            "8 12 3 1024 3 aaa",
        ),
        ("{{ dish ~ '-' ~ count }}", "burger-7"),
        ("{{ 'many' if count > 3 else 'few' }}", "many"),
        ("{% if fresh %}yes{% elif count %}maybe{% else %}no{% endif %}", "yes"),
        ("{% if gone is defined %}{{ gone }}{% endif %}.", "."),
        ("{{ gone | default('none') }}", "none"),
        ("{% for n in list if n > 1 %}{{ loop.index }}:{{ n }} {% endfor %}", "1:3 2:2 "),
        ("{% for k, v in row | items %}{{ k }}={{ v }};{% endfor %}", "a=1;_id=x;items=own;"),
        ("{% for n in [] %}{% else %}empty{% endfor %}", "empty"),
        ("{% for n in list %}{{ n }}{% endfor %}{% for n in list %}{{ n }}{% endfor %}", "312312"),
        ("<b>{{ dish }}</b> {{ '<i>' }}", "<b>burger</b> <i>"),
    ],
)
def test_values_are_inserted(text: str, rendered: str) -> None:
    assert render(text, VALUES) == rendered


@pytest.mark.parametrize(
    ("expression", "rendered"),
    [
        ("dish | upper", "BURGER"),
        ("'A b' | lower", "a b"),
        ("'a b' | title", "A B"),
        ("'ab' | capitalize", "Ab"),
        ("' a ' | trim", "a"),
        ("dish | replace('burg', 'Hamburg')", "Hamburger"),
        ("list | join(', ')", "3, 1, 2"),
        ("list | length", "3"),
        ("list | count", "3"),
        ("list | first", "3"),
        ("list | last", "2"),
        ("list | sort", "[1, 2, 3]"),
        ("list | sort(reverse=true)", "[3, 2, 1]"),
        ("list | reverse", "[2, 1, 3]"),
        ("list | sum", "6"),
        ("list | min", "1"),
        ("list | max", "3"),
        ("[1, 1, 2] | unique", "[1, 2]"),
        ("row | keys", '["a", "_id", "items"]'),
        ("row | list", '["a", "_id", "items"]'),
        ("2.567 | round(1)", "2.6"),
        ("2.567 | round", "3"),
        ("'7' | int + 1", "8"),
        ("'1.5' | float", "1.5"),
        ("-7 | abs", "7"),
        ("count | string", "7"),
        ("'é' | tojson", '"é"'),
        ("[1] | tojson(2)", "[\n  1\n]"),
        ("gone | d(3)", "3"),
    ],
)
def test_a_filter_does_what_its_name_says(expression: str, rendered: str) -> None:
    assert render(f"{{{{ {expression} }}}}", VALUES) == rendered


HOSTILE = ["{{ 7*7 }}", "{% raw %}", "{# x #}", "{{''.__class__}}", "{% for x in y %}", "}}", "%}"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    "text", ["{{ said }}", "{{ said | trim }}", "{% if 1 %}{{ said }}{% endif %}"]
)
def test_an_inserted_value_is_never_read_as_a_template(text: str, value: str) -> None:
    assert render(text, {"said": value}) == value


@pytest.mark.parametrize("text", ["plain", "{{ dish }}"])
def test_what_is_rendered_is_not_rendered_again(text: str) -> None:
    rendered = render(text, VALUES)
    with pytest.raises(TypeError, match="a rendered text is never rendered again"):
        render(rendered, VALUES)


def test_a_rendered_text_is_marked() -> None:
    assert isinstance(render("{{ dish }}", VALUES), Rendered)


UNKNOWN_TAG = "'template: false' sends braces as they are"


@pytest.mark.parametrize(
    ("text", "message", "line", "hint"),
    [
        ("\n{{ dsh }}", "undefined variable 'dsh'", 2, "did you mean 'dish'?"),
        ("{{ dsh | upper }}", "undefined variable 'dsh'", 1, "did you mean 'dish'?"),
        ("{{ xyz }}", "undefined variable 'xyz'", 1, None),
        ("{{ xyz.a }}", "undefined variable 'xyz'", 1, None),
        ("{{ [xyz] }}", "undefined variable 'xyz'", 1, None),
        ("{% for x in xyz %}{% endfor %}", "undefined variable 'xyz'", 1, None),
        ("{{ cycler }}", "undefined variable 'cycler'", 1, None),
        ("{{ self }}", "undefined variable 'self'", 1, None),
        ("{{ row.b }}", "the mapping has no 'b'", 1, None),
        ("{{ list[9] }}", "the list has no 9", 1, None),
        ("{{ dish.upper }}", "the text has no 'upper'", 1, None),
        ("{{ ''.__class__ }}", "the text has no '__class__'", 1, None),
        ("{{ count.real }}", "the value has no 'real'", 1, None),
        ("{% set x = 1 %}", "templates know no '{% set %}'", 1, UNKNOWN_TAG),
        ("\n{% include '/etc/passwd' %}", "templates know no '{% include %}'", 2, UNKNOWN_TAG),
        ("{% import 'os' as os %}", "templates know no '{% import %}'", 1, UNKNOWN_TAG),
        ("{% macro m() %}{% endmacro %}", "templates know no '{% macro %}'", 1, UNKNOWN_TAG),
        ("{%- extends 'x' %}", "templates know no '{% extends %}'", 1, UNKNOWN_TAG),
        ("{% raw %}{{ x }}{% endraw %}", "templates know no '{% raw %}'", 1, UNKNOWN_TAG),
        ("a {# b #}", "templates know no '{# … #}'", 1, UNKNOWN_TAG),
        ("{# b", "templates know no '{# … #}'", 1, UNKNOWN_TAG),
        (
            "{{ a b }}",
            "invalid template: expected token 'end of print statement', got 'b'",
            1,
            UNKNOWN_TAG,
        ),
        (
            "{% for a in list %}{% for b in list %}{% endfor %}{% endfor %}",
            "a loop cannot stand inside a loop",
            1,
            None,
        ),
        (
            "{% for a in list %}{% if a %}\n{% for b in list %}{% endfor %}{% endif %}{% endfor %}",
            "a loop cannot stand inside a loop",
            2,
            None,
        ),
        (
            "{% for a in row recursive %}{% endfor %}",
            "a loop cannot stand inside a loop",
            1,
            None,
        ),
        ("{% for c in dish %}{% endfor %}", "a loop runs over a list or a mapping", 1, None),
        (
            "{{ dish.upper() }}",
            "a template cannot call anything",
            1,
            "a filter is written with a bar, as in {{ name | upper }}",
        ),
        ("{{ dish | uper }}", "unknown filter 'uper'", 1, "did you mean 'upper'?"),
        ("{{ count is nmber }}", "unknown test 'nmber'", 1, "did you mean 'number'?"),
        ("{{ count / 0 }}", "division by zero", 1, None),
        ("{{ 'x' | int }}", "invalid literal for int() with base 10: 'x'", 1, None),
        ("{{ [] | first }}", "list index out of range", 1, None),
        ("{{ dish | join }}", "expected a list or a mapping, not str", 1, None),
        ("{{ 1 | round(99) }}", "decimals are from 0 to 15, not 99", 1, None),
        ("{{ 1 | tojson(99) }}", "an indent is from 0 to 8, not 99", 1, None),
    ],
)
def test_what_cannot_be_rendered_is_told(
    text: str, message: str, line: int, hint: str | None
) -> None:
    error = refused(text)
    assert (str(error), error.line, error.hint) == (message, line, hint)


@pytest.mark.parametrize(
    "text",
    [
        "{{ cycler.__init__.__globals__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ row['__class__'] }}",
        "{{ row['__cl' ~ 'ass__'] }}",
        "{{ dish | attr('__class__') }}",
        "{{ '%s' | format(1) }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{% for x in list %}{{ loop.__class__ }}{% endfor %}",
        "{% for x in list %}{{ loop }}{% endfor %}",
        "{{ env.OPENAI_API_KEY }}",
        "{{ namespace }}",
        "{{ joiner }}",
    ],
)
def test_nothing_of_python_is_in_reach(text: str) -> None:
    assert isinstance(refused(text), TemplateError)


BOMBS = [
    "{{ 'a' * 2e9 }}",
    "{{ 'a' * 2000000000 }}",
    "{{ 2000000000 * 'a' }}",
    "{{ [0] * 300000000 }}",
    "{{ (0,) * 300000000 }}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ 10 ** 100000000 }}",
    "{{ lipsum(n=100000) }}",
    "{{ range(1000000000) }}",
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{{ '%0999999999d' % 1 }}",
    "{{ '%0999999999d' | format(1) }}",
    "{{ 'a' | center(1000000000) }}",
    "{{ dish | replace('', 'x' * 10000000) }}",
    "{{ (list, list, list) | join('x' * 10000000) }}",
    "{{ 'a' * 20000000 ~ 'b' }}",
    "{{ 'a' * 9000000 }}{{ 'b' * 9000000 }}{{ 'c' * 9000000 }}",
    "{{ 'a' * 20000000 | list }}",
    "{% for a in ('x' * 1000000) | list %}{% endfor %}",
    "{{ 5 | round(-1000000000) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ " + "(" * 100_000 + "1" + ")" * 100_000 + " }}",
    "{{ " + "-" * 100_000 + "1 }}",
    "{{ " + "9" * 100_000 + " }}",
    "{{ " + " ~ ".join(["'a' * 1000000"] * 50) + " }}",
    "{{ dish | upper }}" + " " * 4_200_000,
]


@pytest.mark.parametrize("text", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_refused_within_a_second(text: str) -> None:
    render("{{ 1 }}", {})
    started = time.process_time()
    refused(text)
    assert time.process_time() - started < 1


def test_the_output_of_plain_variables_is_bounded() -> None:
    error = refused("{{ long }}" * 30, long="x" * 1_000_000)
    assert str(error) == "a template makes at most 20,000,000 characters"


def test_a_long_text_without_marks_is_no_template() -> None:
    text = "x" * 5_000_000
    assert render(text, {}) == text


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("plain", set()),
        ("{{ a }} and {{ b }}", {"a", "b"}),
        ("{{ a.b }}{% if c %}{{ d | upper }}{% endif %}", {"a", "c", "d"}),
        ("{% for x in rows %}{{ x }}{{ loop.index }}{% endfor %}", {"rows"}),
        ("{{ a | default('x') }}{% if b is defined %}{{ b }}{% endif %}", set()),
        ("{{ true }}", set()),
        ("{{ range }}", {"range"}),
    ],
)
def test_the_variables_that_a_text_needs_are_known(text: str, known: set[str]) -> None:
    assert names(text) == known


def test_an_invalid_text_has_no_names() -> None:
    with pytest.raises(TemplateError, match=r"^templates know no '\{% set %\}'$"):
        names("{% set x = 1 %}")


@pytest.mark.parametrize(
    ("text", "known"),
    [("{{ a }}", True), ("{% if %}", True), ("{# a", True), ("{a}", False), ("}} %}", False)],
)
def test_a_template_is_known_by_its_marks(text: str, *, known: bool) -> None:
    assert is_template(text) is known


def test_every_text_of_a_json_value_is_rendered_but_no_key() -> None:
    value: Any = {"{{ dish }}": ["{{ dish }}", {"n": "{{ count }}"}, 1, None, True]}
    assert render_json(value, VALUES) == {"{{ dish }}": ["burger", {"n": "7"}, 1, None, True]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ list }}", [3, 1, 2]),
        ("{{ nothing }}", None),
        ("{{ row.a }}", 1),
        ("{{ list | sort }}", [1, 2, 3]),
        ("{{ other | default(2) }}", 2),
        ("{{ dish }}", "burger"),
        ("{{ none }}", None),
        ("{{ count }} ", "7 "),
        ("{{- count -}}", "7"),
        ("{{ count }}{{ count }}", "77"),
        ("7", "7"),
    ],
)
def test_a_single_expression_may_become_its_value(text: str, value: Any) -> None:
    assert render_typed({"{{ dish }}": [text, 1]}, VALUES) == {"{{ dish }}": [value, 1]}


@pytest.mark.parametrize("text", ["{{ other }}", "{{ row.b }}", "{{ other.a | int }}"])
def test_a_single_expression_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match=r"undefined|has no"):
        render_typed(text, VALUES)


def test_jinja2_is_loaded_only_for_a_text_that_needs_it() -> None:
    code = (
        "import sys; from evalkit.template import render; render('{{ a }}', {'a': 1});"
        "assert 'jinja2' not in sys.modules; render('{{ a + 1 }}', {'a': 1});"
        "assert 'jinja2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
