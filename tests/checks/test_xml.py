"""The check `xml`."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from evalkit.checks.xml import Xml
from evalkit.model.check import Check, Verdict, View

Judge = Callable[[Check, View], Verdict]
Turn = Callable[..., View]

ORDER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<order xmlns:p="urn:p">\n'
    '  <item id="1">bun</item>\n'
    '  <item id="2"><name>sauce</name> red</item>\n'
    "  <p:note>thanks</p:note>\n"
    "</order>\n"
)


def check(**keys: Any) -> Xml:
    return Xml.model_validate(keys)


@pytest.mark.parametrize(
    ("keys", "status", "reason"),
    [
        ({}, "passed", "reply is well-formed XML"),
        ({"root": "order"}, "passed", "root element of the reply is 'order'"),
        ({"root": "item"}, "failed", "root element of the reply is 'order', not 'item'"),
        ({"path": "item"}, "passed", "reply has 2 elements at 'item' (at least 1)"),
        ({"path": "item[@id='3']"}, "failed", "reply has 0 elements at \"item[@id='3']\", "),
        ({"path": "item[name]"}, "passed", "reply has 1 element at 'item[name]' (at least 1)"),
        ({"path": "item[2]"}, "passed", "reply has 1 element at 'item[2]' (at least 1)"),
        ({"path": "item[last()]/name"}, "passed", "reply has 1 element at"),
        ({"path": ".//name/.."}, "passed", "reply has 1 element at"),
        ({"path": "item[.='bun']"}, "passed", "reply has 1 element at"),
        ({"path": "note"}, "failed", "reply has 0 elements at 'note', not at least 1"),
        ({"path": "{*}note"}, "passed", "reply has 1 element at"),
        ({"path": "{urn:p}note"}, "passed", "reply has 1 element at"),
        ({"path": "item", "count": 1}, "failed", "reply has 2 elements at 'item', not at most 1"),
        ({"path": "price", "count": 0}, "passed", "reply has 0 elements at 'price' (at most 0)"),
        (
            {"path": "item", "text": "sauce red"},
            "passed",
            "the elements at 'item' contain 'sauce red'",
        ),
        (
            {"path": "item", "text": "thanks"},
            "failed",
            "the elements at 'item' do not contain 'thanks'",
        ),
        ({"path": "price", "text": "1"}, "failed", "the elements at 'price' do not contain '1'"),
        ({"text": "thanks"}, "passed", "the elements of the reply contain 'thanks'"),
        (
            {"root": "order", "path": "item", "count": {"min": 2}},
            "passed",
            "root element of the reply is 'order' and reply has 2 elements at 'item' (at least 2)",
        ),
        (
            {"root": "a", "path": "b", "text": "c"},
            "failed",
            (
                "root element of the reply is 'order', not 'a' "
                "and the elements at 'b' do not contain 'c'"
            ),
        ),
    ],
)
def test_a_reply_is_held_to_its_elements(
    keys: dict[str, Any], status: str, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(**keys), turn_of(ORDER))

    assert (verdict.status, verdict.reason[: len(reason)]) == (status, reason)
    assert verdict.evidence


@pytest.mark.parametrize(
    ("root", "status"),
    [("order", "passed"), ("{urn:a}order", "passed"), ("{urn:b}order", "failed")],
    ids=["any namespace", "its namespace", "another one"],
)
def test_a_root_is_named_with_or_without_its_namespace(
    root: str, status: str, judge: Judge, turn_of: Turn
) -> None:
    assert judge(check(root=root), turn_of('<order xmlns="urn:a"/>')).status == status


def test_an_element_that_a_path_finds_twice_counts_once(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(path=".//a//c"), turn_of("<r><a><a><c/></a></a></r>"))

    assert verdict.reason == "reply has 1 element at './/a//c' (at least 1)"


def test_evidence_shows_what_was_found(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(path="item"), turn_of(ORDER))

    assert [one.excerpt for one in verdict.evidence] == ['<item id="1">bun', '<item id="2">']


def test_where_nothing_was_found_evidence_names_the_elements_there_are(
    judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(path="price"), turn_of(ORDER))

    assert verdict.evidence[0].excerpt == "order, item, name, {urn:p}note"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("<a>\n <b>\n</a>", "mismatched tag at 3:3"),
        ("x\n<a/>", "syntax error at 1:1"),
        ("<a>é</b>", "mismatched tag at 1:7"),
        ("<a b='1' b='2'/>", "duplicate attribute at 1:10"),
        ("<a/><b/>", "junk after document element at 1:5"),
        ("<a>&nbsp;</a>", "undefined entity at 1:4"),
        ("<a x:b='1'/>", "unbound prefix at 1:1"),
        ("<a>\x00</a>", "not well-formed (invalid token) at 1:4"),
        ("<a>\ud800</a>", "half a surrogate pair, which is no character at 1:4"),
        ("Sure\n<a/>", "syntax error at 1:1"),
        (
            "So:\n```xml\n<a/>\n```",
            "syntax error at 1:1 (fenced: true would read it)",
        ),
        ("```xml\n<a/>\n```", "a code fence at 1:1 (fenced: true would read it)"),
        (
            '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "b">]>\n<a>&b;</a>',
            "a document type, which may define entities, is refused at 2:1",
        ),
        (
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
            "a document type, which may define entities, is refused at 1:1",
        ),
        ({"text": "<a>", "finish_reason": "length"}, "reply was cut by max_tokens"),
        ({"refusal": "no"}, "reply is a refusal: 'no'"),
    ],
    ids=[
        "tag",
        "text before",
        "letters of several bytes",
        "attribute",
        "two roots",
        "entity",
        "prefix",
        "null character",
        "surrogate",
        "prose",
        "fence in prose",
        "fence",
        "entities",
        "outside",
        "cut",
        "refused",
    ],
)
def test_what_is_not_well_formed_is_told_with_its_place(
    reply: Any, reason: str, judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(), turn_of(reply))

    told = f"reply is not well-formed XML: {reason}"
    assert (verdict.status, verdict.reason[: len(told)]) == ("failed", told)
    assert verdict.evidence


def test_a_place_in_a_fence_is_that_of_the_reply(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(fenced=True), turn_of("So:\n\n```xml\n<a>\n</b>\n```\n"))

    assert verdict.reason == "reply is not well-formed XML: mismatched tag at 5:3"
    assert verdict.evidence[0].excerpt == "</b>"


def test_what_stands_around_a_fence_is_evidence(judge: Judge, turn_of: Turn) -> None:
    verdict = judge(check(fenced=True), turn_of("So:\n```xml\n<a/>\n```\nDone"))

    assert verdict.evidence[-1].excerpt == "So:\n```xml\n```\nDone"


BOMB = (
    '<!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><l>&i;</l>"
)
DEEP = "<a>" * 100_000 + "</a>" * 100_000
WIDE = f"<r>{'<a/>' * 99_999}</r>"


@pytest.mark.parametrize(
    ("reply", "keys", "told"),
    [
        (BOMB, {}, ("failed", "")),
        (DEEP, {}, ("passed", "")),
        (DEEP, {"path": ".//b"}, ("failed", "")),
        (DEEP, {"path": ".//a//a//a//a"}, ("error", "too_large")),
        (DEEP, {"path": ".//a[.='x']"}, ("error", "too_large")),
        (DEEP, {"path": ".//a", "text": "x"}, ("error", "too_large")),
        (WIDE, {"path": ".//a"}, ("passed", "")),
        (WIDE, {"path": ".//a[2]"}, ("error", "too_large")),
        (f"<r>{'<a/>' * 100_000}</r>", {}, ("error", "too_large")),
        (f"<a>{'x' * 1_000_000}</a>", {"text": "y"}, ("failed", "")),
        ("x" * 3_000_000, {}, ("error", "too_large")),
        ("<a>" * 100_000, {}, ("failed", "")),
    ],
    ids=[
        "bomb",
        "deep",
        "deep path",
        "deep and deeper",
        "deep text",
        "text of all",
        "wide",
        "wide and numbered",
        "many",
        "long",
        "too long",
        "not closed",
    ],
)
def test_hostile_replies_come_to_an_end(
    reply: str, keys: dict[str, Any], told: tuple[str, str], judge: Judge, turn_of: Turn
) -> None:
    verdict = judge(check(**keys), turn_of(reply))

    assert (verdict.status, verdict.kind) == told


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"path": "item["}, "'item\\[' is no path of ElementTree"),
        ({"path": "/item"}, "cannot use absolute path on element"),
        ({"path": "item/@id"}, "is no path of ElementTree"),
        ({"path": "p:item"}, "prefix 'p' not found in prefix map: write {\\*}"),
        ({"path": "item[0]"}, "XPath position >= 1 expected"),
        ({"path": ""}, "a path has 1 to 500 characters"),
        ({"path": "a/" * 300}, "a path has 1 to 500 characters"),
        ({"root": ""}, "an empty text names nothing"),
        ({"path": "a", "text": ""}, "an empty text names nothing"),
        ({"count": 1}, "give a path"),
        ({"path": "a", "count": {"min": 0}}, "this cannot fail"),
        ({"path": "a", "count": 0, "text": "b"}, "text needs an element"),
    ],
)
def test_what_decides_nothing_is_a_mistake(keys: dict[str, Any], mistake: str) -> None:
    with pytest.raises(ValidationError, match=mistake):
        check(**keys)
