"""The page of a probe in a real browser: it loads nothing, says nothing, and fits its window."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from evalkit.model.conformance import Conformance, Examined, Finding
from evalkit.report import probe

pytestmark = pytest.mark.browser

FINDINGS = (
    Finding(status="supported"),
    Finding(status="deviates", why="each delta repeats those before it; no [DONE] ends it"),
    Finding(status="unsupported", why=f"api.example answered 400: {'not this way ' * 20}"),
    Finding(status="unknown", why="<script>alert(1)</script> was the reply"),
)


def conformance(name: str) -> Conformance:
    examined = (
        Examined(
            name=f"f{index}", group=f"group {index % 2}", title=f"feature {index}", finding=one
        )
        for index, one in enumerate(FINDINGS)
    )
    return Conformance(
        deployment=name, api="chat_completions", model="m", features=tuple(examined), requests=20
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_shows_every_finding(width: int, browser: Browser, tmp_path: Path) -> None:
    said: list[str] = []
    file = tmp_path / "probe.html"
    file.write_text(probe.render([conformance("one"), conformance("other")]), "utf-8")
    context = browser.new_context(viewport=ViewportSize(width=width, height=900))
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    page.goto(file.as_uri())

    expect(page.locator("h1")).to_have_text("Probe of one and other")
    expect(page.locator("tbody td")).to_have_count(8)
    expect(page.locator("tbody tr").nth(1)).to_contain_text("unsupported api.example answered 400")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    context.close()
