"""The check `html`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.html import Html
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

PAGE = (
    "<!DOCTYPE html>\n"
    "<html lang=en><head><title>Order</title></head>\n"
    "<body><h1>Your\n  <em>order</em></h1>\n"
    "<ul class='items big'><li id=a>Bun<li>Sauce &amp; salt</ul>\n"
    "<a href='https://a.example/x'>track</a>\n"
    "<script>var hidden = 1</script></body></html>"
)


def check(**keys: Any) -> Html:
    return Html.model_validate(keys)


@pytest.mark.parametrize(
    ("keys", "status", "reason"),
    [
        ({"select": "li"}, "passed", "reply has 2 elements that fit 'li' (at least 1)"),
        ({"select": "body > h1"}, "passed", "reply has 1 element that fits 'body > h1' "),
        ({"select": "ul.items li#a"}, "passed", "reply has 1 element that fits"),
        ({"select": "li:nth-child(2)"}, "passed", "reply has 1 element that fits"),
        ({"select": "li:not(#a)"}, "passed", "reply has 1 element that fits"),
        ({"select": 'a[href^="https:"]'}, "passed", "reply has 1 element that fits"),
        ({"select": "h2, h3"}, "failed", "reply has 0 elements that fit 'h2, h3', not at least 1"),
        (
            {"select": "li", "count": {"min": 3}},
            "failed",
            "reply has 2 elements that fit 'li', not at least 3",
        ),
        ({"select": "img", "count": 0}, "passed", "reply has 0 elements that fit 'img' (at most 0"),
        (
            {"select": "h1", "text": "Your order"},
            "passed",
            "the elements that fit 'h1' contain 'Your order'",
        ),
        ({"select": "li", "text": "Sauce & salt"}, "passed", "the elements that fit 'li' contain"),
        (
            {"select": "li", "text": "Bun Sauce"},
            "failed",
            "the elements that fit 'li' do not contain 'Bun Sauce'",
        ),
        ({"select": "h2", "text": "x"}, "failed", "the elements that fit 'h2' do not contain 'x'"),
        ({"text": "track"}, "passed", "the text of the reply contains 'track'"),
        ({"text": "https"}, "failed", "the text of the reply does not contain 'https'"),
        ({"strict": True}, "passed", "reply is HTML without mistakes"),
        (
            {"select": "li", "count": {"min": 1}, "text": "Bun", "strict": True},
            "passed",
            (
                "reply is HTML without mistakes and reply has 2 elements that fit 'li' (at least 1)"
                " and the elements that fit 'li' contain 'Bun'"
            ),
        ),
    ],
)
def test_a_reply_is_held_to_what_a_selector_finds(
    keys: dict[str, Any], status: str, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(**keys), turn_of(PAGE))

    assert (verdict.status, verdict.reason[: len(reason)]) == (status, reason)
    assert verdict.evidence


def test_evidence_shows_what_was_found(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(select="ul, li"), turn_of(PAGE))

    assert [one.excerpt for one in verdict.evidence] == [
        '<ul class="items big">',
        '<li id="a">',
        "<li>",
    ]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("<p>a<p>b", ""),
        ("just text", ""),
        ("<td>cell</td>", ""),
        ("<b>a\n</i></b>", "unexpected </i> end tag at 2:1"),
        ("é</b>", "unexpected </b> end tag at 1:2"),
        ("<div><span></div></span>", "unexpected </span> end tag at 1:18"),
        ("<p><div>x</div></p>", "unexpected </p> end tag at 1:16"),
        ("a\r\n</i></b>", "unexpected </i> end tag at 2:1 (and 1 more)"),
        ("<a href=x", "unexpected end of file in tag at 1:9"),
        ("<!-- x", "unexpected end of file in comment at 1:6"),
        ("x\x00", "unexpected NULL character (U+0000) at 1:2"),
        ("<html><p>x</html>", "expected DOCTYPE but got <html> tag at 1:6"),
        ("<!doctype html><p>x", ""),
        ("<!doctype foo><p>x", "unknown DOCTYPE (expected <!DOCTYPE html>) at 1:14"),
        ("</i>" * 2_000, "unexpected </i> end tag at 1:1 (and many more)"),
    ],
    ids=[
        "fragment",
        "text",
        "part of a table",
        "end tag",
        "letters of several bytes",
        "crossed",
        "block in a paragraph",
        "several",
        "cut tag",
        "cut comment",
        "null character",
        "document without a doctype",
        "document",
        "other doctype",
        "many",
    ],
)
def test_strict_tells_the_mistakes_with_their_places(
    reply: str, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(strict=True), turn_of(reply))

    told = f"reply is not HTML without mistakes: {reason}"
    expected = ("failed", told) if reason else ("passed", "reply is HTML without mistakes")
    assert (verdict.status, verdict.reason) == expected


def test_of_many_mistakes_the_first_are_evidence(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(strict=True), turn_of("\n".join(["</i>"] * 9)))

    assert [one.message for one in verdict.evidence] == ["1:1", "2:1", "3:1", "4:1", "5:1"]


def test_a_place_in_a_fence_is_that_of_the_reply(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(strict=True, fenced=True), turn_of("So:\n```html\n<p>\n </b>\n```"))

    assert verdict.reason.endswith("unexpected </b> end tag at 4:2")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("```html\n<p>\n```", "a code fence at 1:1 (fenced: true would read it)"),
        ({"text": "<p>", "finish_reason": "length"}, "reply was cut by max_tokens"),
        ({"text": "", "finish_reason": "stop"}, "reply is empty (finish_reason stop)"),
    ],
    ids=["fence", "cut", "empty"],
)
def test_what_is_no_html_at_all_is_told(
    reply: Any, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(select="p"), turn_of(reply))

    assert verdict.status == "failed"
    assert verdict.reason.startswith(f"reply is not HTML: {reason}")


DEEP = "<div>" * 19_000
PARAGRAPHS = "<p>x</p>" * 12_000


@pytest.mark.parametrize(
    ("reply", "keys", "told"),
    [
        (DEEP, {"select": "div div div b"}, ("failed", "")),
        (DEEP, {"select": "div", "text": "x"}, ("error", "too_large")),
        (DEEP, {"select": "div:contains('x')"}, ("failed", "")),
        (
            f"{'<div>' * 1_000}{'x' * 90_000}",
            {"select": "div", "text": "y"},
            ("error", "too_large"),
        ),
        ("<p><b>" * 16_000, {"select": "p > b", "strict": True}, ("passed", "")),
        (PARAGRAPHS, {"select": "p:nth-child(2) ~ p"}, ("passed", "")),
        ("<" * 100_000, {"select": "p"}, ("failed", "")),
        ("x" * 1_000_000, {"text": "y"}, ("error", "too_large")),
        ("<!--" * 25_000, {"strict": True}, ("failed", "")),
    ],
    ids=[
        "deep",
        "deep text",
        "deep search",
        "one text many times",
        "reopened",
        "siblings",
        "brackets",
        "too long",
        "comments",
    ],
)
def test_hostile_replies_come_to_an_end(
    reply: str, keys: dict[str, Any], told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(**keys), turn_of(reply))

    assert (verdict.status, verdict.kind) == told


def test_a_selector_that_takes_too_much_is_given_up(judge: Judge, turn_of: Turn) -> None:
    lists = ", ".join(f"p:nth-child({number}) ~ b" for number in range(200))

    verdict = judge(check(select=lists), turn_of(f"{'<b></b>' * 12_000}"))

    assert (verdict.status, verdict.kind) == ("error", "too_large")
    assert verdict.reason.endswith("was given up on this reply: selector match budget exceeded")


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({}, "this cannot fail: give select, text or strict: true"),
        ({"select": ""}, "is no selector: empty selector"),
        ({"select": "p["}, "'p\\[' is no selector: expected attribute name"),
        ({"select": "p >"}, "is no selector: expected selector after combinator"),
        ({"select": "table:hover"}, "is no selector: unsupported pseudo-class: :hover"),
        ({"select": "p:not(table:foo)"}, "is no selector: unsupported pseudo-class: :foo"),
        ({"select": "p::before"}, "is no selector: expected pseudo-class name"),
        ({"text": " "}, "an empty text names nothing"),
        ({"text": "x", "count": 1}, "give a selector"),
        ({"select": "p", "count": {"min": 0}}, "this cannot fail"),
        ({"select": "p", "count": 0, "text": "x"}, "text needs an element"),
    ],
)
def test_what_decides_nothing_is_a_mistake(keys: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError, match=mistake):
        check(**keys)


@pytest.mark.parametrize(
    "select",
    ['a[title=":foo"]', "p:contains('a:b')", "li:first-child", "p:not(.x)"],
)
def test_a_colon_in_a_text_is_no_pseudo_class(select: str) -> None:
    assert check(select=select).select == select
