"""What `evalkit list` tells."""

from collections.abc import Mapping

import pytest

from evalkit.cli.listing import (
    PLUGINS,
    list_conversations,
    list_deployments,
    list_plugins,
    to_rows,
)
from evalkit.errors import Mistake, Mistakes
from evalkit.model.chat import TextPart
from evalkit.model.check import Check
from evalkit.model.deployment import Deployment, Draft
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.registry import Registry
from evalkit.source import Span

HERE = Span("suites/a.yaml", 3, 5)


def draft(name: str, *, broken: bool = False) -> Draft:
    """Give a deployment whose address has a variable, as the loader does."""

    def resolve(environ: Mapping[str, str]) -> Deployment:
        if broken:
            raise Mistakes([Mistake(HERE, "no number")])
        return Deployment(name=name, span=HERE, base_url=f"https://{environ['HOST']}/v1")

    return Draft(name=name, span=HERE, variables={"HOST": HERE, "KEY": HERE}, resolve=resolve)


def suite(*deployments: Draft) -> Suite:
    said = Turn(span=HERE, user=(TextPart(text="hello"),))
    conversation = Conversation(id="hello", span=HERE, tags=("smoke", "fast"), turns=(said,))
    return Suite(
        file="suites/a.yaml", span=HERE, deployments=deployments, conversations=(conversation,)
    )


def test_a_deployment_is_listed_with_its_address_as_authored_and_what_is_unset() -> None:
    listed = list_deployments([suite(draft("live"))], {"HOST": "secret.example"})

    assert listed == [
        {
            "name": "live",
            "place": "suites/a.yaml:3:5",
            "base_url": "https://${HOST}/v1",
            "unset": ["KEY"],
        }
    ]


def test_a_deployment_that_two_suites_inherit_is_listed_once() -> None:
    shared = draft("live")

    assert len(list_deployments([suite(shared), suite(shared)], {})) == 1


def test_an_address_that_depends_on_an_unfit_value_is_left_out() -> None:
    (listed,) = list_deployments([suite(draft("live", broken=True))], {})

    assert listed["base_url"] == ""


def test_conversations_are_listed_with_place_and_tags() -> None:
    assert list_conversations([suite()]) == [
        {"id": "hello", "place": "suites/a.yaml:3:5", "tags": ["smoke", "fast"]}
    ]


@pytest.mark.parametrize("kind", PLUGINS)
def test_every_plugin_is_listed_with_a_sentence(kind: str) -> None:
    listed = list_plugins(PLUGINS[kind])

    assert listed
    assert [entry for entry in listed if not str(entry["summary"]).endswith(".")] == []


def test_a_plugin_that_is_refused_is_listed_with_the_reason() -> None:
    broken: Registry[Check] = Registry("evalkit.checks", Check, "none")
    broken.refused["polite"] = "Polite has no docstring"

    listed = {entry["name"]: entry["summary"] for entry in list_plugins(broken)}

    assert listed["polite"] == "refused: Polite has no docstring"


def test_a_lists_field_names_its_key_in_a_table() -> None:
    entries = list_deployments([suite(draft("a"))], {"KEY": "k", "HOST": "h"})
    entries += list_deployments([suite(draft("b"))], {"HOST": "h"})

    assert [row[-1] for row in to_rows(entries)] == ["", "unset: KEY"]
