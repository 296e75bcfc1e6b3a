"""The page in a real browser: it works, it loads nothing, and it reads well everywhere."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from evalkit.report.text import anchor

pytestmark = pytest.mark.browser

BURGER = anchor("suites/food.yaml::burger[candidate]")
GOOD_BURGER = anchor("suites/food.yaml::burger[local-llama]")
LATE_FACT = anchor("suites/food.yaml::fact-8[candidate]")

Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, report: Path) -> Iterator[Open]:
    """Give a function that opens the report; any console message or error fails the test."""
    said: list[str] = []
    contexts = []

    def open_page(hash: str = "", width: int = 1280, **options: object) -> Page:  # noqa: A002 - its name in a URL
        size = ViewportSize(width=width, height=900)
        context = browser.new_context(viewport=size, **options)  # type: ignore[arg-type] # any option
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if loads(request.url) else None)
        page.goto(f"{report.as_uri()}{hash}")
        return page

    def loads(url: str) -> bool:
        return not url.startswith(("data:", report.as_uri()))

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def shown(page: Page) -> list[str]:
    names = page.locator(".section:not([hidden]) .item:not([hidden]) > summary b")
    return [text or "" for text in names.all_text_contents()]


def test_the_verdict_is_the_headline(open_page: Open) -> None:
    expect(open_page().locator("h1")).to_have_text("2 of 11 conversations failed on candidate")


def test_failures_stand_before_everything_else(open_page: Open) -> None:
    titles = open_page().locator(".section > summary h2").all_text_contents()

    assert titles == [
        "Failed",
        "Could not be judged",
        "Failed as expected",
        "Not run",
        "Skipped",
        "Passed",
    ]


def test_what_passed_is_folded(open_page: Open) -> None:
    expect(open_page().locator(".section.passed .item").first).not_to_be_visible()


def test_a_status_filters_items(open_page: Open) -> None:
    page = open_page()

    page.select_option("#status", "error")

    assert shown(page) == ["refund", "greeting"]


def test_a_deployment_filters_items(open_page: Open) -> None:
    page = open_page()

    page.select_option("#deployment", label="local-llama")

    assert shown(page) == ["refund", "farewell", "burger"]


def test_a_tag_filters_items(open_page: Open) -> None:
    page = open_page()

    page.select_option("#tag", label="vision")

    assert shown(page) == ["burger", "burger", "burger"]


def test_words_are_searched_in_the_conversations(open_page: Open) -> None:
    page = open_page()

    page.fill("#words", "which order MONEY")

    assert shown(page) == ["refund", "refund"]
    expect(page.locator("#shown")).to_have_text("2 of 27 shown")


def test_words_are_searched_in_every_conversation_of_a_large_page(
    browser: Browser, large_report: Path
) -> None:
    page = browser.new_page()
    page.goto(large_report.as_uri())

    page.fill("#words", "what is fact 1199?")

    expect(page.locator("#shown")).to_have_text("2 of 2,400 shown")
    page.close()


def test_a_link_leads_into_what_is_filtered_out(open_page: Open) -> None:
    page = open_page()
    page.select_option("#status", "passed")

    page.evaluate("hash => { location.hash = hash }", BURGER)

    expect(page.locator(f"#{BURGER}")).to_be_in_viewport()
    expect(page.locator("#shown")).to_have_text("")


def test_filters_act_together_and_can_be_taken_back(open_page: Open) -> None:
    page = open_page()
    page.select_option("#tag", label="smoke")
    page.select_option("#status", "passed")
    both = shown(page)

    page.select_option("#tag", "")
    page.select_option("#status", "")

    assert both == ["burger", "burger", "refund", "refund"]
    assert len(shown(page)) == 27


def test_only_conversations_that_differ_can_be_set_side_by_side(open_page: Open) -> None:
    page = open_page()

    page.check("#only-different")

    rows = page.locator(".matrix tbody tr:visible th").all_text_contents()
    assert rows == ["burger", "refund"]


def test_a_cell_leads_to_its_conversation(open_page: Open) -> None:
    page = open_page()

    page.click(".matrix a.failed >> nth=0")

    expect(page.locator(f"#{BURGER}")).to_be_in_viewport()


@pytest.mark.parametrize("target", [BURGER, LATE_FACT], ids=["failed", "folded"])
def test_a_deep_link_opens_its_item(open_page: Open, target: str) -> None:
    page = open_page(f"#{target}")

    expect(page.locator(f"#{target}")).to_be_in_viewport()


def test_a_link_to_nothing_opens_the_page(open_page: Open) -> None:
    expect(open_page("#%zz").locator("h1")).to_be_visible()


def test_a_picture_is_seen_at_each_of_its_uses(open_page: Open) -> None:
    for target in (BURGER, GOOD_BURGER):
        picture = open_page(f"#{target}").locator(f"#{target} img")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320


def test_hostile_text_stays_text(open_page: Open) -> None:
    page = open_page(f"#{anchor('suites/food.yaml::hostile[candidate]')}")

    bubble = page.locator(".item[open] .bubble.user").first
    assert "<script>alert(1)</script> </script><img src=x onerror=alert(2)> \\u202e" in (
        bubble.inner_text()
    )
    assert page.locator("script").count() == 2
    assert page.locator("img:not([data-picture])[alt='']").count() == 0


def test_a_long_text_says_how_much_is_left_out(open_page: Open) -> None:
    page = open_page(f"#{anchor('suites/food.yaml::hostile[candidate]')}")

    expect(page.locator(".item[open] .cut").first).to_have_text(
        "24,464 more characters are in the record"
    )


def test_items_are_walked_through_with_two_keys(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")

    names = page.locator(".item[open] > summary b").all_text_contents()
    assert names == ["burger"]


def test_without_scripts_everything_can_be_read(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)

    page.click(".section.passed > summary")
    page.click(".section.passed .item summary >> nth=0")

    expect(page.locator(".section.passed .item[open] .bubble.assistant").first).to_be_visible()
    expect(page.locator("#filters")).not_to_be_visible()


def test_without_scripts_a_deep_link_still_opens_its_item(open_page: Open) -> None:
    page = open_page(f"#{LATE_FACT}", java_script_enabled=False)

    expect(page.locator(f"#{LATE_FACT}")).to_be_in_viewport()


@pytest.mark.parametrize("width", [400, 800, 1280])
def test_nothing_is_wider_than_the_window(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.evaluate("document.querySelectorAll('details').forEach(place => place.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280], ids=["narrow", "wide"])
def test_every_text_stands_out_from_what_is_behind_it(
    open_page: Open, tmp_path: Path, scheme: str, width: int
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(place => place.open = true)")
    page.screenshot(path=tmp_path / f"{scheme}.png", full_page=True)

    assert page.evaluate(CONTRASTS) == []


CONTRASTS = """() => {
  const channels = (color) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([red, green, blue]) => {
    const part = (value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const behind = (place) => {
    for (; place; place = place.parentElement) {
      const color = channels(getComputedStyle(place).backgroundColor);
      if (color[3] === 255) return color;
    }
    return channels(getComputedStyle(document.body).backgroundColor);
  };
  const weak = [];
  for (const place of document.querySelectorAll("main *, .top *")) {
    const own = [...place.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !place.checkVisibility()) continue;
    const both = [channels(getComputedStyle(place).color), behind(place)].map(luminance);
    const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    if (contrast < 4.5) weak.push([place.className, place.textContent.slice(0, 40), contrast]);
  }
  return weak;
}"""
"""Every element whose text has less contrast than WCAG 2 asks for (AA, 4.5)."""
