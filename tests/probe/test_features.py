"""What holds for every feature: it asks little, it does nothing itself, and it judges anything."""

import ast
from pathlib import Path
from typing import Any

import pytest

from evalkit.model.chat import ChatReply, Fault
from evalkit.model.conformance import Conformance, Examined, Finding
from evalkit.model.deployment import Deployment
from evalkit.probe import features as package
from evalkit.probe.examination import features
from evalkit.probe.feature import Setting
from evalkit.probe.features import registry
from evalkit.probe.seen import Raw, Seen
from evalkit.secrets import Secret
from evalkit.source import Span

NAMES = registry.names
IMPURE = {"asyncio", "httpx", "os", "time", "random", "pathlib"}
SETTING = Setting(
    Deployment(
        name="d",
        span=Span("a.yaml"),
        base_url="http://127.0.0.1/v1",
        model="m",
        api_key=Secret("a-key-of-a-test", "KEY"),
    ),
    image_url="https://example.com/square.png",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_asks_for_short_replies(name: str) -> None:
    asked = features()[name].questions(SETTING)

    limits: list[Any] = [one.request.params["max_tokens"] for one in asked]
    assert all(16 <= limit <= 64 for limit in limits)


@pytest.mark.parametrize("name", NAMES)
def test_a_feature_imports_nothing_that_waits_or_acts(name: str) -> None:
    folder = Path(package.__path__[0])
    tree = ast.parse((folder / f"{name}.py").read_text("utf-8"))

    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    named = {
        getattr(node, "module", None) or alias.name for node in imports for alias in node.names
    }
    assert {one.split(".")[0] for one in named} & IMPURE == set()
    assert [one for one in named if one.startswith(("evalkit.wire", "evalkit.apis"))] == []


ODD: dict[str, Seen] = {
    "an empty reply": Seen(ChatReply()),
    "a body that is no JSON": Seen(ChatReply(text="x"), Raw(200, {}, "<html>")),
    "a body that is a list": Seen(ChatReply(text="x"), Raw(200, {}, "[1, [2]]")),
    "choices of any kind": Seen(
        ChatReply(text="[1]"), Raw(200, {}, '{"choices": [1, {"logprobs": 3, "message": "x"}]}')
    ),
    "events of any kind": Seen(
        ChatReply(text="{}", streamed=True),
        Raw(200, {}, 'data: 1\n\ndata: {"choices": 3}\n\ndata: {"choices": [{"delta": 2}]}'),
    ),
    "a server that is busy": Seen(Fault(kind="rate_limit", message="busy"), Raw(429, {}, "{}")),
    "a connection that broke": Seen(Fault(kind="connect", message="broke")),
}


@pytest.mark.parametrize("seen", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("name", NAMES)
def test_a_feature_judges_whatever_came(name: str, seen: Seen) -> None:
    feature = features()[name]
    answers = [seen for _ in feature.questions(SETTING)]

    assert isinstance(feature.find(SETTING, answers), Finding)


@pytest.mark.parametrize("name", NAMES)
def test_trouble_on_the_way_shows_nothing_of_a_feature(name: str) -> None:
    feature = features()[name]
    broken = ODD["a connection that broke"]

    found = feature.find(SETTING, [broken for _ in feature.questions(SETTING)])

    assert found == Finding(status="unknown", why="broke")


def test_findings_are_counted_by_status() -> None:
    examined = Examined(name="n", group="g", title="t", finding=Finding(status="unknown"))
    found = Conformance(deployment="d", api="python", features=(examined, examined))

    assert (found.count("unknown"), found.count("supported")) == (2, 0)
