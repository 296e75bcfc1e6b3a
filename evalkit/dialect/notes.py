"""The warnings that reading a reply collects: each name once, with what was first seen of it."""

from typing import Literal

from evalkit.dialect.words import tame
from evalkit.model.chat import WireWarning

WarningName = Literal[
    "nonstandard_shape",
    "missing_fields",
    "missing_finish_reason",
    "nonstandard_finish_reason",
    "content_after_finish",
    "missing_done",
    "not_streamed",
    "unrequested_stream",
    "content_type_mismatch",
    "trailing_data",
    "undecodable_event",
    "utf8_replaced",
    "extra_choices",
    "tool_call_repaired",
    "looks_cumulative",
    "reasoning_in_text",
    "special_token_in_text",
    "trailing_whitespace",
    "model_differs",
    "usage_missing",
    "usage_inconsistent",
    "error_status_mismatch",
]
"""The tolerances of the reader."""

LONGEST_DETAIL = 200


class Notes:
    """Collects warnings in the order in which they came up."""

    def __init__(self) -> None:
        self._details: dict[WarningName, str] = {}

    def add(self, name: WarningName, detail: str = "") -> None:
        if name not in self._details:
            self._details[name] = tame(detail, LONGEST_DETAIL)

    @property
    def warnings(self) -> tuple[WireWarning, ...]:
        return tuple(WireWarning(name=name, detail=seen) for name, seen in self._details.items())
