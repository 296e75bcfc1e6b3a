"""The check `xml`."""

from collections.abc import Generator, Iterator
from itertools import islice
from typing import Self, cast
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers.expat import ErrorString

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.excerpt import shorten
from evalkit.reading.fence import Code, Flaw, Language, code_of, together

XML = Language("xml", 2_000_000)
MOST_ELEMENTS = 100_000
MOST_STEPS = 1_000_000
"""The most steps that finding elements and their text may take: one for each visit."""

STEP = 16
"""The characters of a text that are read in one step."""

PATH_LENGTH = 500
LISTED = 5
"""The most elements, and the most attributes of one, that evidence shows."""


class Xml(Check):
    r"""The reply is well-formed XML, and has the elements and the text that it should have.

    `path` is what ElementTree finds from the root element on; `{*}item` is an item of any
    namespace. Without a path the text may stand anywhere. Document types are refused.

    - xml: {}                                # passes: "<a>1</a>"; fails: "<a>1</b>"
    - xml: order                             # passes: "<order/>"; fails: "<invoice/>"
    - xml: {path: './/item[@id="7"]'}
      # passes: '<order><item id="7"/></order>'; fails: '<order><item id="8"/></order>'
    - xml: {root: order, path: item, count: {min: 2}}
      # passes: "<order><item/><item/></order>"; fails: "<order><item/></order>"
    - xml: {path: item, text: bun}
      # passes: "<a><item>a <b>bun</b></item></a>"; fails: "<a><item/>bun</a>"
    - xml: {root: a, fenced: true}
      # passes: "Here:\n```xml\n<a/>\n```"; fails: "Here:\n<a/>"
    """

    root: str | None = None
    path: str | None = None
    count: Limit | None = None
    text: str | None = None
    fenced: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if "" in (self.root, self.text):
            raise ValueError("this cannot be judged: an empty text names nothing")
        if self.path is not None:
            _verify(self.path)
        elif self.count is not None:
            raise ValueError("count counts what `path` finds: give a path")
        if self.count and self.count.fault:
            raise ValueError(self.count.fault)
        if self.text and self.count and self.count.max is not None and self.count.max < 1:
            raise ValueError("text needs an element: leave out text or allow elements by count")
        return self

    def evaluate(self, view: View) -> Verdict:
        code = code_of(view.reply, XML, fenced=self.fenced)
        root = _parsed(code) if isinstance(code, Code) else code
        if isinstance(root, Flaw):
            reason = f"reply is not well-formed XML: {root.reason}"
            return Verdict(status="failed", reason=reason, evidence=root.evidence)
        verdict = together(*self._facts(root))
        return verdict.model_copy(update={"evidence": (*verdict.evidence, *code.evidence)})

    def _facts(self, root: "_Node") -> Iterator[Verdict]:
        if self.root is not None or (self.path is None and self.text is None):
            yield self._root(root)
        found = root.found(self.path) if self.path else [root]
        if self.path and (self.count is not None or self.text is None):
            yield self._count(root, found)
        if self.text is not None:
            yield self._text(found, self.text)

    def _root(self, root: "_Node") -> Verdict:
        seen = (Evidence(message="root element", excerpt=root.shown),)
        if self.root is None:
            return Verdict(status="passed", reason="reply is well-formed XML", evidence=seen)
        local = root.tag if self.root.startswith("{") else root.tag.rpartition("}")[2]
        return Verdict.when(
            local == self.root,
            yes=f"root element of the reply is {self.root!r}",
            no=f"root element of the reply is {shorten(root.tag)!r}, not {self.root!r}",
            evidence=seen,
        )

    def _count(self, root: "_Node", found: "list[_Node]") -> Verdict:
        limit = self.count or Limit(min=1)
        elements = "element" if len(found) == 1 else "elements"
        told = f"reply has {len(found):,} {elements} at {self.path!r}"
        return Verdict.when(
            limit.allows(len(found)),
            yes=f"{told} ({limit})",
            no=f"{told}, not {limit}",
            evidence=_shown(found) or _names(root),
        )

    def _text(self, found: "list[_Node]", text: str) -> Verdict:
        holding = next((node for node in found if text in "".join(node.itertext())), None)
        where = f"the elements at {self.path!r}" if self.path else "the elements of the reply"
        return Verdict.when(
            holding is not None,
            yes=f"{where} contain {text!r}",
            no=f"{where} do not contain {text!r}",
            evidence=_shown([holding] if holding is not None else found)
            or (Evidence(message=f"no element at {self.path!r}"),),
        )


class _Steps:
    """What is left of the elements that may be made and visited for one reply."""

    def __init__(self) -> None:
        self.elements = MOST_ELEMENTS
        self.left = MOST_STEPS

    def make(self, tag: str, attributes: dict[str, str]) -> "_Node":
        self.elements -= 1
        if self.elements < 0:
            raise CheckError("too_large", f"reply has more than {MOST_ELEMENTS:,} XML elements")
        node = _Node(tag, attributes)
        node.steps = self
        return node

    def take(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise CheckError(
                "too_large", f"path takes more than {MOST_STEPS:,} steps on this reply"
            )


class _Node(Element):
    """An element whose visits are counted: a path may take time that grows with any power."""

    __slots__ = ("steps",)
    steps: _Steps

    def __iter__(self) -> "Iterator[_Node]":
        for index in range(len(self)):
            self.steps.take()
            yield self[index]  # type: ignore[misc]  # the builder makes nothing else

    def iter(self, tag: str | None = None) -> "Generator[_Node, None, None]":
        for node in super().iter():
            self.steps.take()
            if tag in (None, "*", node.tag):
                yield node  # type: ignore[misc]  # the builder makes nothing else

    def itertext(self) -> Generator[str, None, None]:
        for node in super().iter():
            self.steps.take(1 + (len(node.text or "") + len(node.tail or "")) // STEP)
        return super().itertext()

    def find(self, path: str, namespaces: dict[str, str] | None = None) -> Element | None:
        self.steps.take(len(self))
        return super().find(path, namespaces)

    def findall(self, path: str, namespaces: dict[str, str] | None = None) -> list[Element]:
        self.steps.take(len(self))
        return super().findall(path, namespaces)

    def found(self, path: str) -> "list[_Node]":
        """Find what is at a path, each element once."""
        once = {id(node): node for node in self.findall(path)}
        return cast("list[_Node]", list(once.values()))

    @property
    def shown(self) -> str:
        """The start of the element: its tag, first attributes and first text."""
        first = islice(self.attrib.items(), LISTED)
        attributes = "".join(f' {name}="{shorten(value, 40)}"' for name, value in first)
        return shorten(f"<{self.tag}{attributes}>{shorten(self.text or '').strip()}")


def _parsed(code: Code) -> _Node | Flaw:
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]  # has no types
    from defusedxml.ElementTree import XMLParser  # type: ignore[import-untyped]  # has no types

    parser = XMLParser(target=TreeBuilder(element_factory=_Steps().make), forbid_dtd=True)
    try:
        parser.feed(code.text)
        root: _Node = parser.close()
    except ParseError as error:
        line, column = error.position
        return code.flaw(ErrorString(error.code), code.index(line, column + 1))
    except DefusedXmlException:
        place = max(code.text.find("<!DOCTYPE"), 0)
        return code.flaw("a document type, which may define entities, is refused", place)
    except UnicodeEncodeError as error:
        return code.flaw("half a surrogate pair, which is no character", error.start)
    return root


def _verify(path: str) -> None:
    """Raise ValueError for what ElementTree does not find by."""
    if not path or len(path) > PATH_LENGTH:
        raise ValueError(f"a path has 1 to {PATH_LENGTH} characters")
    try:
        list(Element("root").iterfind(path))  # findall takes a prefix for a part of the name
    except (SyntaxError, KeyError, TypeError) as error:
        told = error.msg if isinstance(error, SyntaxError) else "it is malformed"
        told += ": write {*} for any namespace" if "prefix" in told else ""
        raise ValueError(f"{path!r} is no path of ElementTree: {told}") from error


def _shown(nodes: list[_Node]) -> tuple[Evidence, ...]:
    return tuple(Evidence(message="found", excerpt=node.shown) for node in nodes[:LISTED])


def _names(root: _Node) -> tuple[Evidence, ...]:
    """Name the elements that there are."""
    names = dict.fromkeys(str(node.tag) for node in Element.iter(root))
    return (Evidence(message="elements of the reply", excerpt=shorten(", ".join(names), 200)),)
