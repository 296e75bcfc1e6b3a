"""Requests made ready: once what is the same for all, and without what the server refused."""

from typing import Any

import pytest

from evalkit.dialect.chat import Chat
from evalkit.model.chat import CallError, Fault
from evalkit.model.deployment import Limits, Retry
from evalkit.model.profile import Profile
from evalkit.secrets import Secret
from evalkit.wire.desk import Desk
from evalkit.wire.retry import Failure


def desk(wire: Any, base_url: str | None = "http://host/v1", **settings: Any) -> Desk:
    called = wire.deployment(base_url, **settings)
    return Desk(called, Chat(called, wire.services.files))


def refusal(words: str, status: int | None = 400) -> Failure:
    return Failure(Fault(kind="bad_request", message=words, status=status))


def test_the_headers_are_made_once_for_each_way_to_be_answered(wire: Any) -> None:
    made = desk(wire)

    headers = [made.prepare(wire.asking(stream=stream)).wire.headers
               for stream in (False, True, False, True)]  # fmt: skip

    assert headers[0] is headers[2]
    assert headers[1] is headers[3]
    assert [one["accept"] for one in headers[:2]] == ["application/json", "text/event-stream"]


def test_the_url_is_that_of_the_api_with_the_query_of_the_profile(wire: Any) -> None:
    made = desk(wire, profile=Profile(query={"api-version": "1"}))

    assert made.url("/models").geturl() == "http://host/v1/models?api-version=1"
    assert made.prepare(wire.asking()).wire.url == ("http://host/v1/chat/completions?api-version=1")


def test_it_is_known_whom_was_asked_how_much_and_with_which_variable(wire: Any) -> None:
    sent = desk(wire, api_key=Secret("sk-canary", "MY_KEY")).prepare(wire.asking())

    asked = sent.written.asked
    assert (asked.host, asked.size, asked.key) == ("host:80", len(sent.wire.body), "MY_KEY")
    assert "canary" not in repr(asked)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"base_url": None}, "base_url is not set"),
        ({"base_url": "host"}, "base_url must be like"),
        ({"headers": {"a b": "c"}}, "'a b' is no name for a header"),
        ({"api_key": Secret("a\nb", "MY_KEY")}, r"api_key \(variable MY_KEY\) holds a character"),
    ],
    ids=["no URL", "no scheme", "name", "value"],
)
def test_what_cannot_be_sent_is_a_mistake_of_the_deployment(
    wire: Any, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(CallError, match=told) as raised:
        desk(wire, **settings).prepare(wire.asking())

    assert raised.value.fault.kind == "config"


def test_a_deployment_that_cannot_be_called_is_not_tried_by_others(virtual: Any, wire: Any) -> None:
    async def run() -> Any:
        host = wire.host(lambda _: wire.said())
        return await wire.play(host, virtual.clock(), 5, headers={"a b": "c"})

    played = virtual.run(run())

    assert (played.kinds, played.not_sent) == (["config"] * 5, 4)
    assert played.host.requests == []


def holds(made: Desk, wire: Any) -> bool:
    return b"stream_options" in made.prepare(wire.asking(stream=True)).wire.body


@pytest.mark.parametrize(
    ("failure", "left_out"),
    [
        (refusal("unknown field stream_options"), True),
        (refusal("extra inputs: body -> stream_options", 422), True),
        (refusal("unknown field tools"), False),
        (refusal("stream_options", 500), False),
        (refusal("stream_options", None), False),
        (None, False),
    ],
    ids=["400", "422", "another part", "500", "no status", "no failure"],
)
def test_an_optional_part_is_left_out_once_it_is_refused_by_its_name(
    wire: Any, failure: Failure | None, *, left_out: bool
) -> None:
    made = desk(wire)
    sent = made.prepare(wire.asking(stream=True))

    assert made.gives_in(sent, failure) is left_out
    assert holds(made, wire) is not left_out


def test_a_part_that_was_not_sent_cannot_be_left_out(wire: Any) -> None:
    made, failure = desk(wire), refusal("unknown field stream_options")
    early, unstreamed = (made.prepare(wire.asking(stream=stream)) for stream in (True, False))

    assert not made.gives_in(unstreamed, failure)
    assert made.gives_in(early, failure)
    assert made.gives_in(early, failure), "it was under way when another one was refused"
    assert not made.gives_in(made.prepare(wire.asking(stream=True)), failure)


def test_those_in_flight_are_sent_once_more_and_all_others_once(virtual: Any, wire: Any) -> None:
    words = b'{"error": {"message": "unknown field stream_options"}}'

    def behave(host: Any) -> Any:
        held = b"stream_options" in host.requests[-1].body
        return wire.said(400, pieces=[(0, words)], after=1.0) if held else wire.said(after=1.0)

    async def run() -> Any:
        limits, retry = Limits(concurrency=4), Retry(tries=1)
        return await wire.play(
            wire.host(behave), virtual.clock(), 20, stream=True, limits=limits, retry=retry
        )

    played = virtual.run(run())

    assert played.kinds == [None] * 20
    assert len(played.host.requests) == 20 + 4
