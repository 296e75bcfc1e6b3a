"""The page: one closed file, in which a hostile text is a text in every place it can reach."""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html as lxml_html  # type: ignore[import-untyped] # it has no types

from evalkit.model.run import Run
from evalkit.report import bodies, html

Say = Callable[[str], Run]
Count = Callable[..., Run]

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end of script": "</script><script>alert(1)</script>",
    "comment that opens a script": "<!--<script>",
    "end of CDATA": "]]>",
    "ends of raw text": "</style></textarea></title>",
    "attribute": '" onmouseover=alert(1) x="',
    "single quote and backtick": "' onload=alert(1) `",
    "links": "[x](javascript:alert(1)) &#106;avascript:x data:text/html,x",
    "remote picture": "![x](http://evil/) <img src=http://evil/>",
    "page level": "<base href=//evil><meta http-equiv=refresh><form action=x><iframe srcdoc=x>",
    "overlay": "<style>*{position:fixed}</style>",
    "template": "{{ 7*7 }}{% for %}{# x #}{{''.__class__}}",
    "controls": "\x00\x1b[2J\x9b\u202e\u200b\ud800\ufffe",
    "entity": "&lt;b&gt;",
}


def parse(page: str) -> Any:
    return lxml_html.document_fromstring(page)


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """Give the elements of a page with the names of their attributes, in order."""
    return [(str(element.tag), tuple(element.keys())) for element in parse(page).iter()]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_makes_no_element_and_no_attribute(say: Say, text: str) -> None:
    assert shape(html.render(say(text))) == shape(html.render(say("x" * len(text))))


@pytest.mark.parametrize(
    "text", [text for name, text in HOSTILE.items() if name != "controls"], ids=str
)
def test_a_hostile_text_is_shown_as_it_is(say: Say, text: str) -> None:
    page = parse(html.render(say(text)))

    assert page.xpath("string((//*[contains(@class, 'assistant')]//bdi)[1])") == text


def test_hidden_characters_are_shown_by_signs(say: Say) -> None:
    page = parse(html.render(say(HOSTILE["controls"])))

    shown = page.xpath("string((//*[contains(@class, 'assistant')]//bdi)[1])")
    assert shown == "\\x00\\x1b[2J\\x9b\\u202e\\u200b\\ud800\\ufffe"


def test_a_page_can_be_written_whatever_it_shows(say: Say) -> None:
    assert html.render(say(HOSTILE["controls"])).encode("utf-8")


def test_the_policy_is_the_first_element_of_the_head(say: Say) -> None:
    first = parse(html.render(say("x"))).find("head")[0]

    assert first.get("http-equiv") == "Content-Security-Policy"


def test_the_policy_lets_this_style_and_this_script_work_alone(say: Say) -> None:
    page = parse(html.render(say("x")))
    policy = page.xpath("string(//meta[@http-equiv]/@content)")

    for tag, rule in (("style", "style-src"), ("script[not(@type)]", "script-src")):
        (text,) = page.xpath(f"//{tag}/text()")
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_nothing_in_the_page_is_loaded_from_elsewhere(say: Say) -> None:
    page = parse(html.render(say("x")))

    addresses = [str(value) for value in page.xpath("//@src | //@href | //@action | //@srcset")]
    assert all(address.startswith(("data:image/", "#")) for address in addresses)


def test_there_is_no_style_and_no_handler_in_an_attribute(say: Say) -> None:
    names = {name for _, names in shape(html.render(say("x"))) for name in names}

    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_every_attribute_is_quoted(say: Say) -> None:
    page = re.sub(r"<(style|script)\b.*?</\1>", "", html.render(say("x")), flags=re.DOTALL)
    rest = re.sub(r"<[a-z][\w-]*(\s+[\w-]+(=\"[^\"]*\")?)*\s*/?>", "", page)

    assert not re.findall(r"<[a-z].*", rest)


def test_a_picture_is_embedded_once_however_often_it_is_used(say: Say) -> None:
    assert html.render(say("x")).count("data:image/png;base64,") == 1


def test_ids_are_unique(count: Count) -> None:
    ids = [str(value) for value in parse(html.render(count(50, 50))).xpath("//@id")]

    assert len(ids) == len(set(ids))


def packs(page: str) -> list[list[str]]:
    data = json.loads(parse(page).xpath("string(//script[@id='later'])"))
    return [json.loads(gzip.decompress(base64.b64decode(pack))) for pack in data["packs"]]


def test_many_items_that_hold_wait_packed_until_they_are_opened(count: Count) -> None:
    page = html.render(count(bodies.PASSED_INLINE + 150))

    assert [len(pack) for pack in packs(page)] == [100, 50]
    assert len(parse(page).xpath("//*[@data-later]")) == 150


def test_each_packed_item_is_found_where_its_row_points(count: Count) -> None:
    page = html.render(count(bodies.PASSED_INLINE + 150))
    found = packs(page)

    for row in parse(page).xpath("//*[@data-later]"):
        pack, index = map(int, row.get("data-later").split())
        assert row.xpath("string(.//*[@class='body']/@id)") in found[pack][index]


def test_what_failed_is_never_packed_for_the_sake_of_what_holds(count: Count) -> None:
    page = html.render(count(bodies.PASSED_INLINE + 10, 400))

    assert not parse(page).xpath("//details[contains(@class, 'failed')]//*[@data-later]")


def test_a_page_stays_small_whatever_was_said(count: Count) -> None:
    page = html.render(count(0, 800, length=64_000))

    assert len(page.encode()) < 20 * 1024 * 1024
    assert "There is no room for this conversation here" in page


def test_a_run_of_nothing_has_a_page(count: Count) -> None:
    assert "Nothing was run" in html.render(count(0))
