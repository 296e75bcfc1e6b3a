"""A model or path that is not found: which models there are instead."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from evalkit.model.chat import Fault
from evalkit.model.deployment import Limits, Retry
from evalkit.wire.models import LARGEST, PATIENCE

NO_MODEL = b'{"error": {"message": "no model m", "code": "model_not_found"}}'


def listing(*names: Any) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode()


def play(virtual: Any, wire: Any, models: Callable[[], Any], calls: int = 1, **more: Any) -> Any:
    """Call a deployment that knows no model, and gives this for its list."""

    def behave(host: Any) -> Any:
        asked = host.requests[-1]
        return models() if asked.method == "GET" else wire.said(404, pieces=[(0, NO_MODEL)])

    async def run() -> Any:
        return await wire.play(wire.host(behave), virtual.clock(), calls, **more)

    return virtual.run(run())


def message(virtual: Any, wire: Any, body: bytes, status: int = 200) -> str:
    played = play(virtual, wire, lambda: wire.said(status, pieces=[(0, body)]))
    return str(played.answers[0])


PLAIN = "host:80 answered 404: no model m; check base_url and model"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(listing("gpt-a", "gpt-b"), "; its models are 'gpt-a', 'gpt-b'", id="two"),
        pytest.param(listing("only"), "; its models are 'only'", id="one"),
        pytest.param(
            listing(*"abcdefghij"),
            "; its models are 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h' and 2 more",
            id="many",
        ),
        pytest.param(b'{"data": [{"id": "a"}, {}, {"id": ""}]}', "; its models are 'a'", id="odd"),
        pytest.param(listing("a\x1b[31m\nb"), "; its models are 'a b'", id="control characters"),
        pytest.param(listing(), "", id="none"),
        pytest.param(b"", "", id="empty"),
        pytest.param(b"<html>", "", id="no JSON"),
        pytest.param(b"[1]", "", id="a list"),
        pytest.param(b'{"data": 1}', "", id="no list"),
        pytest.param(b" " * (LARGEST + 1) + listing("a"), "", id="too large"),
        pytest.param(b"[" * 100_000, "", id="too deep"),
    ],
)
def test_the_models_are_told_where_they_can_be_listed(
    virtual: Any, wire: Any, body: bytes, told: str
) -> None:
    assert message(virtual, wire, body) == PLAIN + told


def test_a_long_name_is_cut(virtual: Any, wire: Any) -> None:
    assert len(message(virtual, wire, listing("x" * 10_000))) < 200


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_list_that_is_refused_changes_nothing(virtual: Any, wire: Any, status: int) -> None:
    assert message(virtual, wire, b'{"error": "no"}', status) == PLAIN


def test_a_list_that_never_comes_is_not_waited_for(virtual: Any, wire: Any) -> None:
    played = play(virtual, wire, lambda: wire.said(after=1000.0))

    assert (str(played.answers[0]), played.ended) == (PLAIN, [PATIENCE])


def test_a_list_that_cannot_be_reached_changes_nothing(virtual: Any, wire: Any) -> None:
    broken = wire.said(None, broken=Fault(kind="connect", message="reset"))

    assert str(play(virtual, wire, lambda: broken).answers[0]) == PLAIN


def test_the_list_is_asked_for_once_beside_and_with_the_key_of_the_deployment(
    virtual: Any, wire: Any
) -> None:
    limits, models = Limits(concurrency=8), wire.said(pieces=[(0, listing("a"))], after=1.0)
    headers = {"X-Tenant": "t"}
    played = play(virtual, wire, lambda: models, 30, limits=limits, headers=headers)

    asked = [one for one in played.host.requests if one.method == "GET"]
    assert [one.url for one in asked] == ["http://host/v1/models"]
    assert asked[0].headers["x-tenant"] == "t"
    assert all("its models are 'a'" in str(one) for one in played.answers)


def test_a_deployment_that_answered_before_is_not_asked_for_its_models(
    virtual: Any, wire: Any
) -> None:
    def behave(host: Any) -> Any:
        return wire.said(200 if len(host.requests) == 1 else 404)

    async def run() -> Any:
        limits, retry = Limits(concurrency=1), Retry(tries=1)
        return await wire.play(wire.host(behave), virtual.clock(), 2, limits=limits, retry=retry)

    played = virtual.run(run())

    assert [one.method for one in played.host.requests] == ["POST", "POST"]
