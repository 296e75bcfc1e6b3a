"""The page of a probe: every finding in words, and nothing of a deployment's that acts."""

from evalkit.model.conformance import Conformance, Examined, Finding
from evalkit.report import probe

HOSTILE = "<script>alert(1)</script>\u202egpj"


def found(name: str, finding: Finding, **more: object) -> Conformance:
    examined = Examined(name="plain", group="conversation", title="plain reply", finding=finding)
    given = {"deployment": name, "api": "scripted", "features": (examined,), **more}
    return Conformance.model_validate(given)


def test_findings_stand_side_by_side() -> None:
    one = found("one", Finding(status="supported"), requests=3, tokens=40, seconds=1.5)
    other = found("other", Finding(status="deviates", why="no [DONE] ends it"), untold=1)

    page = probe.render([one, other])

    assert '<svg class="icon passed"' in page
    assert 'supported</td><td><svg class="icon error"' in page
    assert "deviates" in page
    assert "no [DONE] ends it" in page
    assert "3 requests" in page
    assert "1 reply tells no tokens" in page


def test_a_deployment_that_could_not_be_probed_is_told() -> None:
    down = Conformance(deployment="down", api="chat_completions", unreached="connection refused")

    page = probe.render([down])

    assert "could not be probed: <bdi>connection refused</bdi>" in page


def test_words_of_a_deployment_are_shown_and_never_act() -> None:
    page = probe.render([found(HOSTILE, Finding(status="unknown", why=HOSTILE), model=HOSTILE)])

    assert "<script" not in page
    assert "\u202e" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;\\u202egpj") == 6


def test_the_page_loads_nothing() -> None:
    page = probe.render([found("one", Finding(status="supported"))])

    assert "default-src 'none'" in page.replace("&#39;", "'")
    assert "src=" not in page
