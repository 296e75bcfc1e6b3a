"""Which conversations run on which deployments, under which ids, with which values in them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from evalkit.errors import Mistake, Mistakes, UsageError
from evalkit.model.chat import Attachment, ImagePart, Part, TextPart
from evalkit.model.check import Check, Expectation, Recipe
from evalkit.model.data import JsonObject
from evalkit.model.deployment import Deployment, Draft
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.model.trial import Item
from evalkit.planner import Choice, plan, review
from evalkit.planner.cases import distinct
from evalkit.source import Span
from evalkit.template import Rendered

HERE = Span("s.yaml", 3, 5)
ANY = Choice()


class Says(Check):
    """A check that holds a text."""

    text: str


class Streamed(Says):
    """A check that only a streamed reply can meet."""

    @property
    def needs_stream(self) -> bool:
        return True


def draft(name: str, *variables: str, **flags: bool) -> Draft:
    return Draft(
        name,
        HERE,
        variables={variable: Span("s.yaml", 9, 14) for variable in variables},
        resolve=lambda environ: Deployment(name=name, span=HERE, model=environ.get("MODEL")),
        **flags,
    )


def text(written: str) -> tuple[Part, ...]:
    return (TextPart(text=written),)


def conversation(id: str = "c", **fields: Any) -> Conversation:  # noqa: A002 - the key that authors write
    fields.setdefault("turns", (Turn(span=HERE, user=text("hi")),))
    return Conversation(id=id, span=HERE, **fields)


def suite(*drafts: Draft, file: str = "s.yaml", of: tuple[Conversation, ...] = ()) -> Suite:
    conversations = of or (conversation(),)
    return Suite(file=file, span=Span(file), deployments=drafts, conversations=conversations)


def ids(*suites: Suite, choice: Choice = ANY, **environ: str) -> list[str]:
    return [item.id for item in plan(suites, choice, environ)]


def only(written: Conversation) -> Item:
    (item,) = plan([suite(draft("d"), of=(written,))], ANY, {})
    return item


def mistakes(*suites: Suite, choice: Choice = ANY) -> tuple[Mistake, ...]:
    with pytest.raises(Mistakes) as refused:
        plan(suites, choice, {})
    return refused.value.mistakes


DRAFTS = (draft("maas-4o"), draft("candidate"), draft("referee", under_test=False))
DEFAULTS = (draft("a", default=True), draft("b"), draft("c", default=True, under_test=False))


@pytest.mark.parametrize(
    ("drafts", "choice", "chosen"),
    [
        (DRAFTS, (), ["maas-4o", "candidate"]),
        (DRAFTS, ("candidate",), ["candidate"]),
        (DRAFTS, ("referee",), ["referee"]),
        (DRAFTS, ("maas*", "candidate"), ["maas-4o", "candidate"]),
        (DRAFTS, ("*",), ["maas-4o", "candidate", "referee"]),
        (DEFAULTS, (), ["a", "c"]),
        (DEFAULTS, ("b",), ["b"]),
        ((draft("r", under_test=False),), (), []),
        ((), (), []),
    ],
)
def test_deployments_are_chosen(
    drafts: tuple[Draft, ...], choice: tuple[str, ...], chosen: list[str]
) -> None:
    items = plan([suite(*drafts)], Choice(choice), {})
    assert [item.deployment for item in items] == chosen


@pytest.mark.parametrize(
    ("named", "choice", "chosen"),
    [
        (("candidate",), (), ["candidate"]),
        (("cand*", "maas*"), (), ["maas-4o", "candidate"]),
        (("candidate",), ("maas-4o",), []),
        (("referee",), (), []),
    ],
)
def test_a_conversation_narrows_the_choice(
    named: tuple[str, ...], choice: tuple[str, ...], chosen: list[str]
) -> None:
    written = suite(*DRAFTS, of=(conversation(deployments=named),))
    assert [item.deployment for item in plan([written], Choice(choice), {})] == chosen


def test_case_matters_in_globs() -> None:
    with pytest.raises(UsageError):
        plan([suite(*DRAFTS)], Choice(("MAAS*",)), {})


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (("mas-4o",), "no deployment is called 'mas-4o'\n  hint: did you mean 'maas-4o'?"),
        (
            ("maas-4o", "x*"),
            "no deployment is called 'x*'\n  hint: there are candidate, maas-4o, referee",
        ),
    ],
)
def test_a_deployment_that_no_suite_knows_is_refused(choice: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan([suite(*DRAFTS), suite(draft("candidate"), file="t.yaml")], Choice(choice), {})
    assert str(refused.value) == message


def test_a_deployment_that_another_suite_knows_is_no_mistake() -> None:
    suites = (suite(draft("a")), suite(draft("b"), file="t.yaml"))
    assert ids(*suites, choice=Choice(("b",))) == ["t.yaml::c[b]"]


def test_items_stand_in_the_order_of_files_conversations_and_deployments() -> None:
    both = (conversation("y"), conversation("x"))
    suites = (suite(draft("b"), draft("a"), of=both), suite(draft("b"), file="a.yaml", of=both[:1]))
    assert ids(*suites) == [
        "s.yaml::y[b]",
        "s.yaml::y[a]",
        "s.yaml::x[b]",
        "s.yaml::x[a]",
        "a.yaml::y[b]",
    ]


@pytest.mark.parametrize(
    ("names", "numbered"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "b", "a"], ["a0", "b", "a1"]),
        (["a1", "a1"], ["a1_0", "a1_1"]),
        (["a", "a0", "a"], ["a1", "a0", "a2"]),
        ([], []),
    ],
)
def test_names_that_occur_again_are_numbered(names: list[str], numbered: list[str]) -> None:
    assert distinct(names) == numbered


def test_an_id_that_occurs_again_gets_a_number() -> None:
    assert ids(suite(draft("d"), draft("d"))) == ["s.yaml::c[d0]", "s.yaml::c[d1]"]


def test_no_suite_gives_no_item() -> None:
    assert plan([], Choice(("d",)), {}) == ()


def test_a_deployment_is_resolved_from_the_environment() -> None:
    (item,) = plan([suite(draft("d", "MODEL"))], ANY, {"MODEL": "m"})
    assert item.called is not None
    assert item.called.model == "m"


def test_suites_that_share_a_draft_share_its_deployment() -> None:
    shared = draft("d")
    first, second = plan([suite(shared), suite(shared, file="t.yaml")], ANY, {})
    assert first.called is second.called


LACKING = (draft("a", "A_KEY", "A_URL"), draft("b"))


@pytest.mark.parametrize(
    ("drafts", "choice", "skips"),
    [
        (LACKING, Choice(), ["A_KEY, A_URL not set", None]),
        (LACKING, Choice(("a", "b"), missing_key="skip"), ["A_KEY, A_URL not set", None]),
        (LACKING[:1], Choice(missing_key="skip"), ["A_KEY, A_URL not set"]),
        (LACKING, Choice(("b",)), [None]),
    ],
    ids=["another one runs", "named, to be skipped", "alone, to be skipped", "not chosen"],
)
def test_a_deployment_without_its_variables_is_skipped(
    drafts: tuple[Draft, ...], choice: Choice, skips: list[str | None]
) -> None:
    items = plan([suite(*drafts)], choice, {})
    assert [(item.skip, item.called is None) for item in items] == [
        (skip, skip is not None) for skip in skips
    ]


@pytest.mark.parametrize(
    ("drafts", "choice"),
    [
        (LACKING, Choice(("a",))),
        (LACKING, Choice(("*",))),
        (LACKING, Choice(missing_key="error")),
        (LACKING[:1], Choice()),
    ],
    ids=["named", "named by a glob", "asked for", "nothing else would run"],
)
def test_a_deployment_without_its_variables_is_a_mistake(
    drafts: tuple[Draft, ...], choice: Choice
) -> None:
    assert [str(mistake) for mistake in mistakes(suite(*drafts), choice=choice)] == [
        f"s.yaml:9:14: deployment 'a' needs the variable {name!r}, which is not set\n"
        f"  hint: export {name}=…"
        for name in ("A_KEY", "A_URL")
    ]


def test_variables_of_a_deployment_that_does_not_run_do_not_matter() -> None:
    written = conversation(deployments=("b",))
    assert ids(suite(*LACKING, of=(written,))) == ["s.yaml::c[b]"]


def test_a_skipped_conversation_needs_no_variables() -> None:
    (item,) = plan([suite(*LACKING[:1], of=(conversation(skip="broken"),))], ANY, {})
    assert (item.skip, item.called) == ("broken", None)


def test_what_does_not_fit_a_deployment_is_told_for_all_of_them() -> None:
    def unfit(name: str) -> Draft:
        def resolve(environ: Mapping[str, str]) -> Deployment:
            raise Mistakes([Mistake(HERE, f"{name} does not fit {len(environ)}")])

        return Draft(name, HERE, resolve=resolve)

    told = mistakes(suite(unfit("a"), unfit("b")))
    assert [mistake.message for mistake in told] == ["a does not fit 0", "b does not fit 0"]


def test_values_are_inserted_into_texts_and_labels() -> None:
    item = only(
        conversation(
            vars={"dish": "burger", "n": 7},
            system=text("About {{ dish }}"),
            turns=(
                Turn(span=HERE, system=text("Be {{ n }}")),
                Turn(span=HERE, user=text("{{ dish }}?"), label="ask {{ n }}"),
                Turn(span=HERE, assistant=text("{{ dish }}!")),
            ),
        )
    )
    said = [turn.parts[0] for turn in item.conversation.turns]
    assert item.conversation.system == text("About burger")
    assert said == [*text("Be 7"), *text("burger?"), *text("burger!")]
    assert item.conversation.turns[1].label == "ask 7"


def test_an_inserted_value_is_never_rendered_again() -> None:
    item = only(
        conversation(vars={"said": "{{ 7*7 }}"}, turns=(Turn(span=HERE, user=text("{{ said }}")),))
    )
    (part,) = item.conversation.turns[0].parts
    assert isinstance(part, TextPart)
    assert (part.text, type(part.text)) == ("{{ 7*7 }}", Rendered)


def test_values_are_inserted_into_addresses_but_not_into_files() -> None:
    attachment = Attachment(name="{{ dish }}.png", media_type="image/png", size=1, sha256="0")
    parts = (ImagePart(url="https://x/{{ dish }}.png"), ImagePart(attachment=attachment))
    item = only(conversation(vars={"dish": "bun"}, turns=(Turn(span=HERE, user=parts),)))
    assert item.conversation.turns[0].parts == (ImagePart(url="https://x/bun.png"), parts[1])


def test_braces_stay_where_templates_are_off() -> None:
    written = conversation(template=False, turns=(Turn(span=HERE, user=text("{{ x }} {# y #}")),))
    assert only(written).conversation == written


def test_deployments_share_a_rendered_conversation() -> None:
    first, second = plan([suite(draft("a"), draft("b"))], ANY, {})
    assert first.conversation is second.conversation


def says(build: Callable[[JsonObject], Check], written: str = "{{ dish }}") -> Expectation:
    return Expectation("says", HERE, Recipe({"text": written}, build))


def build_says(authored: JsonObject) -> Check:
    return Says(text=str(authored["text"]))


def test_a_templated_expectation_is_built_with_its_values() -> None:
    fixed = Expectation("says", HERE, Says(text="{{ kept }}"))
    item = only(
        conversation(
            vars={"dish": "bun"},
            turns=(Turn(span=HERE, user=text("hi"), expect=(says(build_says), fixed)),),
            expect=(says(build_says, "two {{ dish }}s"),),
        )
    )
    assert item.conversation.turns[0].expect == (Expectation("says", HERE, Says(text="bun")), fixed)
    assert item.conversation.expect == (Expectation("says", HERE, Says(text="two buns")),)


def test_every_value_that_cannot_be_inserted_is_a_mistake() -> None:
    def refuse(authored: JsonObject) -> Check:
        raise Mistakes([Mistake(Span("s.yaml", 8), f"no check has {authored['text']!r}")])

    written = conversation(
        vars={"dish": "bun"},
        system=text("{{ dsh }}"),
        turns=(
            Turn(
                span=Span("s.yaml", 5),
                user=text("{{ dish.x }}"),
                expect=(says(refuse), says(build_says, "{{ 1 / 0 }}")),
            ),
        ),
    )
    assert [str(mistake) for mistake in mistakes(suite(draft("a"), draft("b"), of=(written,)))] == [
        "s.yaml:3:5: division by zero",
        "s.yaml:3:5: undefined variable 'dsh'\n  hint: did you mean 'dish'?",
        "s.yaml:5:1: the text has no 'x'",
        "s.yaml:8:1: no check has 'bun'",
    ]


STREAMS: dict[str, tuple[bool, bool | None, int]] = {
    "neither streams": (False, None, 1),
    "the deployment streams": (True, None, 0),
    "the conversation streams": (False, True, 0),
    "the conversation does not": (True, False, 1),
}


@pytest.mark.parametrize(("deployment", "written", "mistakes"), STREAMS.values(), ids=list(STREAMS))
def test_what_needs_a_stream_is_refused_where_there_is_none(
    deployment: bool,  # noqa: FBT001 - a case of the table
    written: bool | None,  # noqa: FBT001
    mistakes: int,
) -> None:
    demand = Expectation(name="latency", span=HERE, check=Streamed(text="now"))
    demanding = conversation(stream=written, expect=(demand,))
    found = review([suite(draft("slow", stream=deployment), of=(demanding,))])
    message = "latency needs a stream, and 'slow' does not stream"
    assert [mistake.message for mistake in found] == [message] * mistakes


@pytest.mark.parametrize("choice", [(), ("a",), ("*",)], ids=["all", "named", "named by a glob"])
def test_variables_that_are_not_set_are_taken_to_be(choice: tuple[str, ...]) -> None:
    chosen = Choice(choice, missing_key="stand_in")
    first, *_ = plan([suite(draft("a", "MODEL"), draft("b"))], chosen, {"OTHER": "x"})

    assert first.skip is None
    assert first.called is not None
    assert first.called.model


def test_a_deployment_that_no_stand_in_fits_is_planned_without_being_known() -> None:
    def resolve(environ: Mapping[str, str]) -> Deployment:
        raise Mistakes([Mistake(HERE, f"{environ['RPM']!r} is no number")])

    wants_number = Draft("d", HERE, variables={"RPM": HERE}, resolve=resolve)
    (item,) = plan([suite(wants_number)], Choice(missing_key="stand_in"), {})

    assert (item.deployment, item.called, item.skip) == ("d", None, None)
