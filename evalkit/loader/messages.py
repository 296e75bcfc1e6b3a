"""What messages say: a text, or a list of parts with images, recordings and documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar, get_args

from evalkit.errors import TemplateError, did_you_mean
from evalkit.loader.context import Context, file_path
from evalkit.loader.fields import KINDS
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.media import FORMATS, Kind
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.paths import Unreadable
from evalkit.loader.templates import Templates
from evalkit.loader.tree import text_of
from evalkit.loader.validation import CUT, QUOTE
from evalkit.loader.wording import either, found
from evalkit.model.chat import (
    Attachment,
    AudioPart,
    Detail,
    DocumentPart,
    ImagePart,
    Part,
    Role,
    TextPart,
)
from evalkit.model.data import Json
from evalkit.template import render

W = TypeVar("W", bound=str)

MEDIA: Final[Mapping[str, Kind]] = {"image": "image", "audio": "audio", "document": "document"}
DETAILS: Final = get_args(Detail)
SOUNDS: Final = tuple(FORMATS.values())


@dataclass(frozen=True)
class Source:
    """Where a part's bytes are: an https URL, or an attachment."""

    url: str | None = None
    attachment: Attachment | None = None


@dataclass(frozen=True)
class Messages:
    """Reads the content of messages; `values` are inserted into the paths of their files."""

    context: Context
    templates: Templates
    values: Mapping[str, Json]

    def read(self, node: Node, role: Role) -> tuple[Part, ...] | None:
        """Read what a message of `role` says; None where that is a mistake, which is noted."""
        if isinstance(node, Items):
            parts = [self._part(child, role) for child in node.nodes]
            if not parts:
                self.context.found.add(node.span, f"{role!r} must not be empty")
            return tuple(part for part in parts if part is not None)
        if isinstance(node, Table) and node.entries.keys() & KINDS.keys():
            hint = "write a '-' before each part"
            self.context.found.add(node.span, f"{role!r} is a text or a list of parts", hint)
            return None
        text = self.text(node, role)
        return None if text is None else (TextPart(text=text),)

    def text(self, node: Node, key: str) -> str | None:
        """Read a text, or the file that `{file: path}` names."""
        path = file_path(node)
        if path is not None:
            filled = self._filled(path)
            read = None if filled is None else self.context.load("text", filled)
            if read is None:
                return None
            node = read
        if not isinstance(node, Scalar):
            message = f"{key!r} must be text, not {found(node)}"
            self.context.found.add(node.span, message)
            return None
        if node.comment:
            self.context.found.add(node.span, CUT, QUOTE)
        self.templates.inspect(node, self.context)
        return text_of(node)

    def _part(self, node: Node, role: Role) -> Part | None:
        kind = self._kind(node)
        if kind is None or not isinstance(node, Table):
            return None
        node = refuse_unknown(node, KINDS[kind], self.context.found)
        if kind == "text":
            text = self.text(node.entries[kind], kind)
            return None if text is None else TextPart(text=text)
        if role != "user":
            message = f"a message of {role!r} holds text only, not {kind!r}"
            self.context.found.add(node.keys[kind], message)
            return None
        source = self._source(node.entries[kind], MEDIA[kind])
        return None if source is None else self._media(kind, source, node)

    def _kind(self, node: Node) -> str | None:
        if not isinstance(node, Table):
            message = f"a part is a mapping, not {found(node)}"
            self.context.found.add(node.span, message, "write {text: …}")
            return None
        kinds = [key for key in node.entries if key in KINDS]
        if len(kinds) == 1:
            return kinds[0]
        message = f"a part has one of {either(list(KINDS))}"
        if kinds:
            message = f"{message}, not {' and '.join(kinds)}"
            self.context.found.add(node.keys[kinds[-1]], message, "make a part of each")
        else:
            hints = (hint for key in node.entries for hint in did_you_mean(key, KINDS))
            self.context.found.add(node.span, message, *hints)
        return None

    def _source(self, node: Node, kind: Kind) -> Source | None:
        if not isinstance(node, Scalar):
            message = f"{kind!r} must be a path, an https URL or a data URI, not {found(node)}"
            self.context.found.add(node.span, message)
            return None
        filled = self._filled(node)
        if filled is None:
            return None
        written = text_of(filled)
        if written.startswith("https://"):
            return Source(url=written)
        if written.startswith("http://"):
            self.context.found.add(node.span, f"{written!r} is not encrypted", "use an https URL")
            return None
        try:
            return Source(attachment=self.context.attachments.take(written, node.span.file, kind))
        except Unreadable as error:
            self.context.found.add(node.span, str(error), *error.hints)
            return None

    def _media(self, kind: str, source: Source, node: Table) -> Part | None:
        if kind == "image":
            detail = self._word(node, "detail", DETAILS)
            return ImagePart(url=source.url, attachment=source.attachment, detail=detail)
        if kind == "document":
            return DocumentPart(url=source.url, attachment=source.attachment)
        media_type = source.attachment.media_type if source.attachment else ""
        named = self._word(node, "format", SOUNDS) or FORMATS.get(media_type)
        if named is None and "format" not in node.entries:
            message = "the format of a recording at a URL has to be named"
            self.context.found.add(node.keys["audio"], message, f"add format: {either([*SOUNDS])}")
        if named is None:
            return None
        return AudioPart(url=source.url, attachment=source.attachment, format=named)

    def _word(self, node: Table, key: str, words: tuple[W, ...]) -> W | None:
        written = node.entries.get(key)
        if written is None:
            return None
        word = written.value if isinstance(written, Scalar) else None
        if word in words:
            return word
        shown = either([repr(one) for one in words])
        hints = did_you_mean(written.source, words) if isinstance(written, Scalar) else ()
        message = f"{key!r} must be {shown}, not {found(written)}"
        self.context.found.add(written.span, message, *hints)
        return None

    def _filled(self, node: Scalar) -> Scalar | None:
        """Insert the values into a path; None where that is a mistake, which is noted."""
        if not self.templates.is_one(node):
            return node
        if not self.templates.inspect(node, self.context):
            return None
        try:
            text = str(render(text_of(node), self.values))
        except TemplateError as error:
            hints = () if error.hint is None else (error.hint,)
            self.context.found.add(node.span, str(error), *hints)
            return None
        return Scalar(text, text, plain=False, span=node.span)
