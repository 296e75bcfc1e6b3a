"""What opens under each item: in the page while there is room, else packed for its script."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from types import MappingProxyType

from evalkit.report.media import Gallery
from evalkit.report.page import Body
from evalkit.report.talk import Talk, Where
from evalkit.report.tell import tell, where
from evalkit.summary import Result

MAX_INLINE = 4 * 1024 * 1024
MAX_PACKED = 5 * 1024 * 1024
"""How many characters of the page may be bodies as HTML, and as packed HTML."""

PASSED_INLINE = 2_000
"""How many items that hold are HTML at once."""

PACK = 100
"""How many bodies are packed together."""


NOTHING: Mapping[str, str] = MappingProxyType({})


class Bodies:
    """Renders bodies one after another, against the page's budget.

    `early` are bodies that were rendered before, by the ids of their items. A pack is the base64 of
    a gzipped JSON list of HTML; `packs` are complete after `finish`.
    """

    def __init__(
        self,
        render: Callable[[Where, tuple[Talk, ...]], str],
        gallery: Gallery,
        early: Mapping[str, str] = NOTHING,
    ) -> None:
        self.packs: list[str] = []
        self._early = early
        self._render = render
        self._gallery = gallery
        self._inline = 0
        self._passed = 0
        self._packed = 0
        self._open: list[str] = []

    def fill(self, result: Result) -> Body:
        """Render the attempts of an item; an empty body where there is no room left for it."""
        self._passed += result.status == "passed"
        self._gallery.later = self._inline >= MAX_INLINE or self._passed > PASSED_INLINE
        if not result.outcomes or self._packed >= MAX_PACKED:
            return Body()
        html = self._early.get(result.item.id) or self.render(result)
        if self._gallery.later:
            return self._pack(html)
        self._inline += len(html)
        return Body(html=html)

    def render(self, result: Result) -> str:
        """Render the attempts of an item, whatever the budget."""
        return self._render(where(result), tell(result, self._gallery))

    def finish(self) -> None:
        """Close the pack that is being filled."""
        if self._open:
            data = gzip.compress(json.dumps(self._open).encode("ascii"), mtime=0)
            self.packs.append(b64encode(data).decode("ascii"))
            self._packed += len(self.packs[-1])
            self._open = []

    def _pack(self, html: str) -> Body:
        if len(self._open) == PACK:
            self.finish()
        self._open.append(str(html))
        return Body(later=f"{len(self.packs)} {len(self._open) - 1}")
