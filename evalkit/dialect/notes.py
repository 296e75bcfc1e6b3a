"""The warnings that reading a reply collects: each name once, with what was first seen of it."""

from collections.abc import Collection

from evalkit.dialect.words import tame
from evalkit.model.chat import WarningName, WireWarning

LONGEST_DETAIL = 200


class Notes:
    """Collects warnings in the order in which they came up, but for those that are `tolerated`."""

    def __init__(self, tolerated: Collection[WarningName] = ()) -> None:
        self._tolerated = tolerated
        self._details: dict[WarningName, str] = {}

    def add(self, name: WarningName, detail: str = "") -> None:
        if name not in self._details and name not in self._tolerated:
            self._details[name] = tame(detail, LONGEST_DETAIL)

    @property
    def warnings(self) -> tuple[WireWarning, ...]:
        return tuple(WireWarning(name=name, detail=seen) for name, seen in self._details.items())
