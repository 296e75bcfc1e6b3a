"""The check `html`."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.excerpt import shorten
from evalkit.reading.fence import Code, Flaw, Language, code_of, together

if TYPE_CHECKING:
    from justhtml import JustHTML, Node, ParseError
    from justhtml.selector import ParsedSelector

HTML = Language("html", 100_000)
MOST_STEPS = 1_000_000
"""The most steps that matching a selector, and reading the text of what it finds, may take."""

STEP = 16
"""The characters of a text that are read in one step."""

MOST_MISTAKES = 1_000
"""The most mistakes that are counted."""

DOCUMENT = re.compile(r"\ufeff?\s*+<(?:!doctype|html)\b", re.IGNORECASE)
SPACE = re.compile(r"\s+")
LITERAL = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^\]]*\]""", re.DOTALL)
PSEUDO_CLASS = re.compile(r":([\w-]+)(\()?")
LISTED = 5
"""The most elements, attributes of one, and mistakes that evidence shows."""


class Html(Check):
    r"""The reply is HTML in which a CSS selector finds elements, or a text, or no mistake.

    At least one element must be found unless `count` says otherwise, and `text` must stand in one
    of them, runs of spaces taken as one. HTML is read as browsers do, so that only with `strict`
    a mistake fails; a fragment needs no doctype, what begins with `<html>` does.

    - html: a[href^="https:"]
      # passes: "<p><a href='https://a.example'>x</a></p>"; fails: "<a href='/'>x</a>"
    - html: {select: ul > li, count: {min: 2, max: 3}}
      # passes: "<ul><li>a<li>b</ul>"; fails: "<ul><li>a</ul>"
    - html: {select: h1, text: Your order}
      # passes: "<h1>Your\n <b>order</b></h1>"; fails: "<h1>Hello</h1><p>Your order</p>"
    - html: {strict: true}                # passes: "<p>a<p>b"; fails: "<b>a</i></b>"
    - html: {select: table, fenced: true}
      # passes: "Here:\n```html\n<table></table>\n```"; fails: "Here:\n```html\n<p>\n```"
    """

    select: str | None = None
    count: Limit | None = None
    text: str | None = None
    strict: bool = False
    fenced: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.select is None and self.text is None and not self.strict:
            raise ValueError("this cannot fail: give select, text or strict: true")
        if self.text is not None and not self.text.strip():
            raise ValueError("this cannot be judged: an empty text names nothing")
        if self.select is not None:
            _verify(self.select)
        elif self.count is not None:
            raise ValueError("count counts what `select` finds: give a selector")
        if self.count and self.count.fault:
            raise ValueError(self.count.fault)
        if self.text and self.count and self.count.max is not None and self.count.max < 1:
            raise ValueError("text needs an element: leave out text or allow elements by count")
        return self

    def evaluate(self, view: View) -> Verdict:
        code = code_of(view.reply, HTML, fenced=self.fenced)
        if isinstance(code, Flaw):
            reason = f"reply is not HTML: {code.reason}"
            return Verdict(status="failed", reason=reason, evidence=code.evidence)
        verdict = together(*self._facts(code))
        return verdict.model_copy(update={"evidence": (*verdict.evidence, *code.evidence)})

    def _facts(self, code: Code) -> Iterator[Verdict]:
        page = _parsed(code.text, strict=self.strict)
        if self.strict:
            yield _strict(code, page.errors)
        root: Node = page.root
        found = _found(root, self.select) if self.select else [root]
        if self.select and (self.count is not None or self.text is None):
            yield self._count(found)
        if self.text is not None:
            yield self._text(found, self.text)

    def _count(self, found: "list[Node]") -> Verdict:
        limit = self.count or Limit(min=1)
        elements = "element that fits" if len(found) == 1 else "elements that fit"
        told = f"reply has {len(found):,} {elements} {self.select!r}"
        return Verdict.when(
            limit.allows(len(found)),
            yes=f"{told} ({limit})",
            no=f"{told}, not {limit}",
            evidence=_shown(found) or (Evidence(message=told),),
        )

    def _text(self, found: "list[Node]", text: str) -> Verdict:
        wanted, steps = _spaced(text), _Steps()
        holding = next((node for node in found if wanted in _spaced(steps.text(node))), None)
        where = f"the elements that fit {self.select!r}" if self.select else "the text of the reply"
        verb = "contain" if self.select else "contains"
        return Verdict.when(
            holding is not None,
            yes=f"{where} {verb} {text!r}",
            no=f"{where} {'do' if self.select else 'does'} not contain {text!r}",
            evidence=_shown([holding] if holding else found) or (Evidence(message="no element"),),
        )


class _Steps:
    """What is left of the nodes whose text may be read."""

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def text(self, node: "Node") -> str:
        """Give the text inside a node, markup left out."""
        parts: list[str] = []
        pending = [node]
        while pending:
            current = pending.pop()
            data = current.data if current.name == "#text" else ""
            if isinstance(data, str):
                parts.append(data)
                self.left -= 1 + len(data) // STEP
            pending += reversed(current.children or ())
        if self.left < 0:
            message = "the elements that are found have too much text inside each other"
            raise CheckError("too_large", message)
        return "".join(parts)


def _parsed(text: str, *, strict: bool) -> "JustHTML":
    from justhtml import JustHTML

    fragment = DOCUMENT.match(text) is None
    return JustHTML(
        text,
        sanitize=False,
        fragment=fragment,
        collect_errors=strict,
        max_errors=MOST_MISTAKES,
    )


def _selector(written: str) -> "ParsedSelector":
    from justhtml.selector import parse_selector

    return parse_selector(written)


def _verify(select: str) -> None:
    """Raise ValueError for what is no selector, or has a pseudo-class that is not known."""
    from justhtml import JustHTML, SelectorError

    sample = JustHTML("<p>x</p>", sanitize=False)
    try:
        _selector(select)
        for name, argued in PSEUDO_CLASS.findall(LITERAL.sub("", select)):
            sample.query(f"*:{name}(x)" if argued else f"*:{name}")
    except SelectorError as error:
        raise ValueError(f"{shorten(select)!r} is no selector: {_lowered(error)}") from error


def _lowered(error: ValueError) -> str:
    told = str(error)
    return f"{told[:1].lower()}{told[1:]}"


def _found(root: "Node", select: str) -> "list[Node]":
    from justhtml import SelectorError
    from justhtml.selector import SelectorLimits, SelectorMatcher

    limits = SelectorLimits(max_match_steps=MOST_STEPS, max_match_bytes=MOST_STEPS)
    matcher, selector = SelectorMatcher(limits=limits), _selector(select)
    try:
        return [node for node in _elements(root) if matcher.matches(node, selector)]
    except SelectorError as error:
        message = f"{select!r} was given up on this reply: {_lowered(error)}"
        raise CheckError("too_large", message) from error


def _elements(root: "Node") -> "Iterator[Node]":
    pending = list(reversed(root.children or ()))
    while pending:
        node = pending.pop()
        if not node.name.startswith(("#", "!")):
            yield node
        pending += reversed(node.children or ())


def _strict(code: Code, errors: "list[ParseError]") -> Verdict:
    flaws = [code.flaw(_told(error), _index(code, error)) for error in errors[:LISTED]]
    if not flaws:
        seen = Evidence(message="no mistake", excerpt=shorten(code.text))
        return Verdict(status="passed", reason="reply is HTML without mistakes", evidence=(seen,))
    rest = "many" if len(errors) == MOST_MISTAKES else f"{len(errors) - 1}"
    more = f" (and {rest} more)" if len(errors) > 1 else ""
    reason = f"reply is not HTML without mistakes: {flaws[0].reason}{more}"
    places = tuple(flaw.evidence[0] for flaw in flaws)
    return Verdict(status="failed", reason=reason, evidence=places)


def _told(error: "ParseError") -> str:
    return shorten(error.message[0].lower() + error.message[1:], 120)


def _index(code: Code, error: "ParseError") -> int:
    return code.index(error.line or 1, error.column or 1)


def _spaced(text: str) -> str:
    return SPACE.sub(" ", text)


def _shown(nodes: "list[Node]") -> tuple[Evidence, ...]:
    return tuple(Evidence(message="found", excerpt=_tag(node)) for node in nodes[:LISTED])


def _tag(node: "Node") -> str:
    """Show the start of an element: its tag and first attributes, and its first text."""
    if node.name.startswith("#"):
        return "the whole reply"
    written = islice((node.attrs or {}).items(), LISTED)
    attributes = "".join(f' {name}="{shorten(value or "", 40)}"' for name, value in written)
    return shorten(f"<{node.name}{attributes}>")
