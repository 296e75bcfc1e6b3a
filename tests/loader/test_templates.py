"""Templates in authored text: what they may hold, and which variables there are."""

from collections.abc import Callable

import pytest

from evalkit.model.chat import TextPart
from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]
Write = Callable[[str, str], object]

SUITE = """\
conversations:
  - id: a
    unchecked: true
    vars: {dish: bun, list: [a], n: 7}
    turns:
      - user: Hi
"""


def saying(message: str) -> str:
    return SUITE.replace("user: Hi", f"user: {message}")


WRONG = [
    pytest.param(
        '"What is in {{ dsh }}?"',
        (
            "a.yaml:6:30: undefined variable 'dsh'\n"
            '    6 |       - user: "What is in {{ dsh }}?"\n'
            "                                     ^^^\n"
            "  hint: did you mean 'dish'?"
        ),
        id="a misspelt variable",
    ),
    pytest.param(
        '"{{ other }}"',
        (
            "a.yaml:6:19: undefined variable 'other'\n"
            '    6 |       - user: "{{ other }}"\n'
            "                          ^^^^^\n"
            "  hint: define 'other' under 'vars'"
        ),
        id="an unknown variable",
    ),
    pytest.param(
        '"{{ n + other }}"',
        (
            "a.yaml:6:23: undefined variable 'other'\n"
            '    6 |       - user: "{{ n + other }}"\n'
            "                              ^^^^^\n"
            "  hint: define 'other' under 'vars'"
        ),
        id="a variable in an expression",
    ),
    pytest.param(
        '"{% if other %}x{% endif %}"',
        (
            "a.yaml:6:22: undefined variable 'other'\n"
            '    6 |       - user: "{% if other %}x{% endif %}"\n'
            "                             ^^^^^\n"
            "  hint: define 'other' under 'vars'"
        ),
        id="a variable in a condition",
    ),
    pytest.param(
        '"{% for x in other %}{{ x }}{% endfor %}"',
        (
            "a.yaml:6:28: undefined variable 'other'\n"
            '    6 |       - user: "{% for x in other %}{{ x }}{% endfor %}"\n'
            "                                   ^^^^^\n"
            "  hint: define 'other' under 'vars'"
        ),
        id="a variable to loop over",
    ),
    pytest.param(
        ("|\n          Hello,\n          what is in {{ dsh }}?"),
        (
            "a.yaml:8:25: undefined variable 'dsh'\n"
            "    8 |           what is in {{ dsh }}?\n"
            "                                ^^^\n"
            "  hint: did you mean 'dish'?"
        ),
        id="a variable in a block of text",
    ),
    pytest.param(
        (">\n          Hello,\n          what is in {{ dsh }}?"),
        (
            "a.yaml:8:25: undefined variable 'dsh'\n"
            "    8 |           what is in {{ dsh }}?\n"
            "                                ^^^\n"
            "  hint: did you mean 'dish'?"
        ),
        id="a variable in folded text",
    ),
    pytest.param(
        ("Hello,\n          what is in {{ dsh }}?"),
        (
            "a.yaml:7:25: undefined variable 'dsh'\n"
            "    7 |           what is in {{ dsh }}?\n"
            "                                ^^^\n"
            "  hint: did you mean 'dish'?"
        ),
        id="a variable in text over two lines",
    ),
    pytest.param(
        '"{{ other }} and {{ dsh }}"',
        (
            "a.yaml:6:19: undefined variable 'other'\n"
            '    6 |       - user: "{{ other }} and {{ dsh }}"\n'
            "                          ^^^^^\n"
            "  hint: define 'other' under 'vars'\n"
            "\n"
            "a.yaml:6:35: undefined variable 'dsh'\n"
            '    6 |       - user: "{{ other }} and {{ dsh }}"\n'
            "                                          ^^^\n"
            "  hint: did you mean 'dish'?"
        ),
        id="two variables of a text",
    ),
    pytest.param(
        '[{text: "{{ dsh }}"}]',
        (
            "a.yaml:6:27: undefined variable 'dsh'\n"
            '    6 |       - user: [{text: "{{ dsh }}"}]\n'
            "                                  ^^^\n"
            "  hint: did you mean 'dish'?"
        ),
        id="a variable in a part",
    ),
    pytest.param(
        '"{% set x = 1 %}"',
        (
            "a.yaml:6:15: templates know no '{% set %}'\n"
            '    6 |       - user: "{% set x = 1 %}"\n'
            "                      ^^^^^^^^^^^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="set",
    ),
    pytest.param(
        "\"{% include 'x' %}\"",
        (
            "a.yaml:6:15: templates know no '{% include %}'\n"
            "    6 |       - user: \"{% include 'x' %}\"\n"
            "                      ^^^^^^^^^^^^^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="include",
    ),
    pytest.param(
        '"{% raw %}{{ x }}{% endraw %}"',
        (
            "a.yaml:6:15: templates know no '{% raw %}'\n"
            '    6 |       - user: "{% raw %}{{ x }}{% endraw %}"\n'
            "                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="raw",
    ),
    pytest.param(
        '"{# note #}"',
        (
            "a.yaml:6:15: templates know no '{# … #}'\n"
            '    6 |       - user: "{# note #}"\n'
            "                      ^^^^^^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="a comment",
    ),
    pytest.param(
        ("|\n          Hello,\n          {# note #}"),
        (
            "a.yaml:8:11: templates know no '{# … #}'\n"
            "    8 |           {# note #}\n"
            "                  ^^^^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="a comment in a block of text",
    ),
    pytest.param(
        '"{% for a in list %}{% for b in list %}{{ b }}{% endfor %}{% endfor %}"',
        (
            "a.yaml:6:15: a loop cannot stand inside a loop\n"
            '    6 |       - user: "{% for a in list %}{% for b in list %}{{ b }}{% endfor '
            '%}{% endfor %}"\n'
            "                      "
            "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"
        ),
        id="a loop inside a loop",
    ),
    pytest.param(
        '"{{ dish.upper() }}"',
        (
            "a.yaml:6:15: a template cannot call anything\n"
            '    6 |       - user: "{{ dish.upper() }}"\n'
            "                      ^^^^^^^^^^^^^^^^^^^^\n"
            "  hint: a filter is written with a bar, as in {{ name | upper }}"
        ),
        id="a call",
    ),
    pytest.param(
        '"{{ dish | uper }}"',
        (
            "a.yaml:6:15: unknown filter 'uper'\n"
            '    6 |       - user: "{{ dish | uper }}"\n'
            "                      ^^^^^^^^^^^^^^^^^^^\n"
            "  hint: did you mean 'upper'?"
        ),
        id="an unknown filter",
    ),
    pytest.param(
        '"{{ dish"',
        (
            "a.yaml:6:15: invalid template: unexpected end of template, expected 'end of "
            "print statement'\n"
            '    6 |       - user: "{{ dish"\n'
            "                      ^^^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="braces that do not close",
    ),
    pytest.param(
        '"{{ }}"',
        (
            "a.yaml:6:15: invalid template: Expected an expression, got 'end of print "
            "statement'\n"
            '    6 |       - user: "{{ }}"\n'
            "                      ^^^^^^^\n"
            "  hint: 'template: false' sends braces as they are"
        ),
        id="nothing between braces",
    ),
]


@pytest.mark.parametrize(("message", "mistake"), WRONG)
def test_what_cannot_be_rendered_is_told(told: Tell, message: str, mistake: str) -> None:
    assert told(saying(message)) == mistake


PLACES = [
    ('- user: "{{ x }}"', "6:19: undefined variable 'x' | define 'x' under 'vars'"),
    (
        ('- system: "{{ x }}"\n      - user: Hi'),
        "6:21: undefined variable 'x' | define 'x' under 'vars'",
    ),
    (
        ('- assistant: "{{ x }}"\n      - user: Hi'),
        "6:24: undefined variable 'x' | define 'x' under 'vars'",
    ),
    (
        ('- user: Hi\n        label: "{{ x }}"'),
        "7:20: undefined variable 'x' | define 'x' under 'vars'",
    ),
    (
        ('- user: Hi\n        expect: [{contains: "{{ x }}"}]'),
        "7:33: undefined variable 'x' | define 'x' under 'vars'",
    ),
    (
        ('- user: Hi\n        expect: [{not: {contains: "{{ x }}"}}]'),
        "7:39: undefined variable 'x' | define 'x' under 'vars'",
    ),
    (
        ('- user: Hi\n        expect: [{tokens: {total: {max: "{{ x }}"}}}]'),
        "7:45: undefined variable 'x' | define 'x' under 'vars'",
    ),
    ('- user: [{image: "{{ x }}.png"}]', "6:28: undefined variable 'x' | define 'x' under 'vars'"),
    ('- user: {file: "{{ x }}.md"}', "6:26: undefined variable 'x' | define 'x' under 'vars'"),
]


@pytest.mark.parametrize(("turn", "mistake"), PLACES)
def test_an_undefined_variable_is_told_wherever_text_is_rendered(
    brief: Tell, turn: str, mistake: str
) -> None:
    assert brief(SUITE.replace("- user: Hi", turn)) == mistake


@pytest.mark.parametrize(
    "message",
    [
        "'{{ dish }}'",
        "What is in {{ dish }}?",
        "'{{dish}}'",
        "'{{ n + 1 }}'",
        "'{{ dish | upper }}'",
        "'{{ other | default(1) }}'",
        "'{% if other is defined %}{{ other }}{% endif %}'",
        "'{% if dish %}x{% else %}y{% endif %}'",
        "'{% for x in list %}{{ x }}{{ loop.index }}{% endfor %}'",
        "'a { b } c'",
        "'100 %}'",
    ],
)
def test_a_template_is_kept_until_its_values_are_inserted(conversation: Load, message: str) -> None:
    meant = message.strip("'")
    assert conversation(saying(message)).turns[0].parts == (TextPart(text=meant),)


def test_variables_come_from_defaults_too(brief: Tell) -> None:
    text = "defaults: {vars: {place: Oslo}}\n" + saying("'{{ place }} {{ dish }}'")
    assert brief(text) == ""


def test_values_are_no_templates(conversation: Load) -> None:
    text = SUITE.replace("dish: bun", 'dish: "{{ other }} {# x #}"')
    assert conversation(text).vars["dish"] == "{{ other }} {# x #}"


ODD = "'{{ other }} {# x #} {% set y = 1 %} {{'"


@pytest.mark.parametrize(
    ("above", "own"),
    [
        ("", "    template: false\n"),
        ("template: false\n", ""),
        ("defaults: {template: false}\n", ""),
        ("template: true\n", "    template: false\n"),
    ],
    ids=["of the conversation", "of the suite", "of the defaults", "of the conversation alone"],
)
def test_template_false_sends_braces_as_they_are(conversation: Load, above: str, own: str) -> None:
    loaded = conversation(f"{above}{saying(ODD)}{own}")
    assert (loaded.template, loaded.turns[0].parts) == (False, (TextPart(text=ODD.strip("'")),))


def test_template_true_of_a_conversation_outweighs_that_of_the_suite(brief: Tell) -> None:
    text = "template: false\n" + saying("Say {{ x }}") + "    template: true\n"
    assert brief(text) == "7:22: undefined variable 'x' | define 'x' under 'vars'"


def test_without_templates_a_check_is_built_at_once(conversation: Load) -> None:
    text = saying("Hi\n        expect: [{contains: '{{ x }}'}]") + "    template: false\n"
    assert getattr(conversation(text).turns[0].expect[-1].check, "text", None) == "{{ x }}"


def test_a_variable_in_a_named_file_is_told_in_the_file(told: Tell, write: Write) -> None:
    write("prompts/kind.md", "Be kind.\nThe dish is {{ dsh }}.\n")
    assert told(f"{SUITE}    system: {{file: prompts/kind.md}}\n") == (
        "prompts/kind.md:2:16: undefined variable 'dsh'\n"
        "    2 | The dish is {{ dsh }}.\n"
        "                       ^^^\n"
        "  hint: did you mean 'dish'?"
    )


def test_a_refused_tag_in_a_named_file_is_told_in_the_file(brief: Tell, write: Write) -> None:
    write("kind.md", "Be kind.\n{# really #}\n")
    assert brief(f"{SUITE}    system: {{file: kind.md}}\n") == (
        "kind.md:2:1: templates know no '{# … #}' | 'template: false' sends braces as they are"
    )


def test_a_file_may_be_named_by_a_variable(conversation: Load, write: Write) -> None:
    write("bun.md", "About a {{ dish }}.")
    loaded = conversation(f'{SUITE}    system: {{file: "{{{{ dish }}}}.md"}}\n')
    assert loaded.system == (TextPart(text="About a {{ dish }}."),)


@pytest.mark.parametrize(
    ("message", "mistake"),
    [
        ('{file: "{{ dish + 1 }}.md"}', '6:22: can only concatenate str (not "int") to str'),
        (
            '[{image: "{{ dish.size }}.png"}]',
            "6:24: the text has no 'size'",
        ),
        ('[{image: "{{ dish }}.png"}]', "6:24: there is no file 'bun.png'"),
    ],
)
def test_a_path_that_cannot_be_rendered_or_found_is_told(
    brief: Tell, message: str, mistake: str
) -> None:
    assert brief(saying(message)) == mistake
