"""What every keyword of JSON Schema means: rows of schemas, values that fit and that do not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalkit.reading.schema import Schema, schema_of

KEYWORDS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("schema_rows.yaml").read_text("utf-8")
)


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every row by its keyword and its number."""
    for keyword, listed in KEYWORDS.items():
        for number, row in enumerate(listed, start=1):
            yield f"{keyword} {number}", row


def judged() -> Iterator[Any]:
    """Give a case for each value of each row."""
    for name, row in rows():
        for word in ("valid", "invalid"):
            for place, value in enumerate(row.get(word, ()), start=1):
                yield pytest.param(row, value, word == "valid", id=f"{name}: {word} {place}")


def refused() -> Iterator[Any]:
    """Give a case for each row that is no schema to judge by."""
    for name, row in rows():
        if "refused" in row:
            yield pytest.param(row["schema"], row["refused"], id=name)


@pytest.mark.parametrize(("row", "value", "fits"), list(judged()))
def test_a_value_fits_a_schema_as_the_draft_says(
    row: dict[str, Any],
    value: Any,
    fits: bool,  # noqa: FBT001 - a table's column
) -> None:
    schema = schema_of(json.dumps(row["schema"]), formats=row.get("formats", False))

    found = schema.violations(value)

    assert (found.total == 0) is fits, str(found)


@pytest.mark.parametrize(("schema", "message"), list(refused()))
def test_a_schema_that_cannot_be_used_is_refused(schema: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^/") as caught:
        Schema(schema)

    assert str(caught.value).startswith(message)


def test_the_rows_are_many() -> None:
    assert sum(1 for _ in judged()) > 700
