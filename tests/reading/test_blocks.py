"""The fenced blocks of a text."""

import pytest

from evalkit.reading.blocks import LISTED, blocks_of, candidates, counted


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("```json\n{}\n```", ["{}"]),
        ("```\n{}\n```", ["{}"]),
        ("a\n```JSON\n{}\n```\nb", ["{}"]),
        ("```xml\n<a/>\n```", []),
        ("```json\n{}", []),
        ("````json\n```\n{}\n````", ["```\n{}"]),
        ("```json\n1\n```\n```\n2\n```", ["1", "2"]),
        ("no ```json``` block", []),
    ],
    ids=["labelled", "no label", "capitals", "another", "open", "longer", "two", "inline"],
)
def test_blocks_with_a_label_or_none_are_found(text: str, inside: list[str]) -> None:
    assert list(candidates(text, blocks_of(text, "json"))) == inside


def test_the_search_ends_where_nobody_would_choose() -> None:
    blocks = blocks_of("```\n1\n```\n" * 20, "json")

    assert (len(blocks), counted(blocks, "blocks")) == (
        LISTED,
        "5 or more blocks, of which none is chosen",
    )


def test_a_line_that_begins_like_a_fence_takes_no_time() -> None:
    assert blocks_of(f"```{'a' * 2_000_000}`", "json") == ()
