"""What the checks of a text have in common."""

import pytest

from evalkit.model.chat import ChatReply
from evalkit.model.check import Evidence, Verdict, View
from evalkit.model.transcript import Exchange, Transcript
from evalkit.reading.form import Form
from evalkit.reading.text import (
    Normalization,
    Piece,
    TextCheck,
    difference,
    evidence_of,
    listed,
    located,
    require_text,
    require_texts,
)


class Any(TextCheck):
    """It always holds."""

    def evaluate(self, view: View) -> Verdict:
        return Verdict(status="passed", reason=self.seen(view))


def view_of(text: str) -> View:
    exchange = Exchange(turn=0, added=(), reply=ChatReply(text=text))
    return View(Transcript(exchanges=(exchange,)), (exchange,), turn=0)


def test_a_reply_that_is_compared_as_it_is_is_not_copied() -> None:
    view = view_of("Some text")

    assert Any().seen(view) is view.reply.text


def test_the_form_of_a_reply_is_made_once_for_a_view() -> None:
    view = view_of("Some  text")
    first, second = Any(normalize="whitespace"), Any(normalize=("whitespace",))

    assert first.seen(view) is second.seen(view)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (Any(), "A \u201cB\u201d\n"),
        (Any(ignore_case=True), "a \u201cb\u201d\n"),
        (Any(normalize="whitespace"), "A \u201cB\u201d"),
        (Any(ignore_case=True, normalize=("whitespace", "unicode")), 'a "b"'),
    ],
    ids=["as it is", "case", "white space", "all"],
)
def test_a_reply_is_seen_as_the_fields_say(check: Any, expected: str) -> None:
    assert check.seen(view_of("A \u201cB\u201d\n")) == expected


def test_a_piece_that_is_found_is_shown_with_its_place() -> None:
    piece = Any().look_for("due", view_of("Sorry,\nyour refund is due"))

    assert piece.evidence == Evidence(message="at 2:16", excerpt="your refund is due")


def test_a_piece_that_is_missing_shows_the_reply() -> None:
    piece = Any().look_for("due", view_of("x" * 500))

    assert (piece.evidence.message, len(piece.evidence.excerpt)) == ("reply", 80)


@pytest.mark.parametrize(
    ("normalize", "text", "reply", "hint"),
    [
        ((), "DUE", "it is due", "it holds with ignore_case: true"),
        ((), "is due", "it is\ndue", "it holds with normalize: whitespace"),
        ((), "it's due", "it\u2019s due", "it holds with normalize: unicode"),
        (
            "unicode",
            "it's due",
            "it\u2019s  due",
            "it holds with normalize: [whitespace, unicode]",
        ),
        (
            (),
            "It's due",
            "it\u2019s  due",
            "it holds with ignore_case: true, normalize: [whitespace, unicode]",
        ),
        ((), "due", "no", "reply"),
        ((), "\n", "no", "reply"),
        (("whitespace", "unicode"), "due now", "now due", "reply"),
    ],
    ids=["case", "space", "quotes", "one more", "all", "nothing", "no text left", "other order"],
)
def test_the_fields_that_would_find_a_piece_are_named(
    normalize: Normalization | tuple[Normalization, ...], text: str, reply: str, hint: str
) -> None:
    piece = Any(normalize=normalize).look_for(text, view_of(reply))

    assert piece.evidence.message == hint


def test_a_place_in_another_form_is_told_with_the_form() -> None:
    evidence = located("a b c", 2, Form(whitespace=True))

    assert evidence.message == "at 1:3 of the reply with normalize: whitespace"


@pytest.mark.parametrize(
    ("wanted", "reply", "place"),
    [("one two", "one four", "1:5"), ("a\nb", "a\nc", "2:1"), ("ab", "a", "1:2"), ("a", "", "1:1")],
    ids=["inside", "next line", "reply ends", "no reply"],
)
def test_the_first_difference_has_a_place(wanted: str, reply: str, place: str) -> None:
    assert difference(wanted, reply).message.startswith(f"first difference at {place}, where")


@pytest.mark.parametrize(
    "keys",
    [{"normalize": "whitespace"}, {"strip": True}],
    ids=["normalised", "stripped"],
)
def test_a_text_of_which_nothing_is_left_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="this cannot fail: every reply ends with the empty text"):
        require_text(" \n", keys, "ends with")


def test_white_space_is_a_text_where_it_counts() -> None:
    assert require_text("\n", {"strip": False}) == "\n"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ((), "this decides nothing: name at least one text"),
        (("a", ""), "this cannot fail: every reply contains the empty text"),
    ],
    ids=["none", "empty"],
)
def test_texts_that_decide_nothing_are_refused(texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        require_texts(texts, {})


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["a"], "'a'"),
        (["a", "b"], "'a' and 'b'"),
        (["a", "b", "c"], "'a', 'b' and 'c'"),
        (list("abcdefgh"), "'a', 'b', 'c', 'd', 'e' and 3 more"),
    ],
    ids=["one", "two", "three", "many"],
)
def test_texts_are_listed(texts: list[str], told: str) -> None:
    assert listed(texts) == told


def test_of_many_pieces_twenty_are_shown_and_the_rest_is_counted() -> None:
    pieces = [Piece("a", found=True, evidence=Evidence(message="at 1:1"))] * 30

    told = evidence_of(pieces)

    assert [one.message for one in told] == ["at 1:1"] * 20 + ["and 10 more"]
