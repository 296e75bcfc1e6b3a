"""Deployments: drafts whose variables wait for an environment, held to their models when filled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from evalkit.errors import Mistakes, did_you_mean
from evalkit.loader.context import Context
from evalkit.loader.fields import DEPLOYMENT_KEYS, keys_of
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.markers import find_callables, read_files
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.tree import Path, refill, scalars, text_of, without
from evalkit.loader.validation import Form, build
from evalkit.loader.wording import found
from evalkit.model.data import Authored
from evalkit.model.deployment import Deployment, Draft
from evalkit.secrets import Secret
from evalkit.source import Span

VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
DEFAULT_API: Final = "chat_completions"
CONTROL: Final = re.compile(r"[\r\n\0]")


def read_deployments(node: Node | None, context: Context) -> tuple[Draft, ...]:
    """Read a mapping of deployments by name; what is wrong with them is noted."""
    if node is None:
        return ()
    if not isinstance(node, Table):
        message = f"'deployments' must be a mapping of names, not {found(node)}"
        context.found.add(node.span, message)
        return ()
    drafts = (_draft(name, node, context) for name in node.entries)
    return tuple(draft for draft in drafts if draft is not None)


def _draft(name: str, node: Table, context: Context) -> Draft | None:
    table, span = node.entries[name], node.keys[name]
    if not isinstance(table, Table):
        context.found.add(table.span, f"a deployment is a mapping, not {found(table)}")
        return None
    variables = {
        match[1]: scalar.span
        for _, scalar in scalars(table)
        for match in VARIABLE.finditer(text_of(scalar))
        if match[2] is None
    }
    sketch = Sketch(name, span, table, context)
    if not sketch.check():
        return None
    return Draft(
        name,
        span,
        default=_flag(table, "default", otherwise=False),
        under_test=_flag(table, "under_test", otherwise=True),
        variables=variables,
        resolve=sketch.resolve,
    )


def _flag(table: Table, key: str, *, otherwise: bool) -> bool:
    node = table.entries.get(key)
    return node.value is True if isinstance(node, Scalar) else otherwise


@dataclass(frozen=True)
class Sketch:
    """A deployment as authored."""

    name: str
    span: Span
    table: Table
    context: Context

    def check(self) -> bool:
        """Note what is wrong whatever the environment holds."""
        before = len(self.context.found.mistakes)
        self._refuse_inline_key()
        self._build(self.table, {}, self.context)
        return len(self.context.found.mistakes) == before

    def resolve(self, environ: Mapping[str, str]) -> Deployment:
        """Fill in the variables; raises Mistakes where a value does not fit."""
        context = self.context.later()
        texts = {path: _fill(text_of(scalar), environ) for path, scalar in self._waiting()}
        filled = refill(self.table, texts)
        if not isinstance(filled, Table):
            raise TypeError(filled)
        built = self._build(filled, environ, context, frozenset(texts))
        if built is None or context.found.mistakes:
            raise Mistakes(context.found.mistakes)
        return built

    def _waiting(self) -> list[tuple[Path, Scalar]]:
        return [one for one in scalars(self.table) if VARIABLE.search(text_of(one[1]))]

    def _refuse_inline_key(self) -> None:
        key = self.table.entries.get("api_key")
        if isinstance(key, Scalar) and not VARIABLE.search(text_of(key)):
            hint = "name a variable: api_key: ${MY_API_KEY}"
            self.context.found.add(key.span, "a key must not be written into a suite", hint)

    def _build(
        self,
        table: Table,
        environ: Mapping[str, str],
        context: Context,
        filled: frozenset[Path] = frozenset(),
    ) -> Deployment | None:
        options_class = self._options_class(context)
        if options_class is None:
            return None
        own = keys_of(options_class)
        table = refuse_unknown(table, (*DEPLOYMENT_KEYS, *own), context.found)
        options = self._options(options_class, without(table, *DEPLOYMENT_KEYS), context)
        if options is None:
            return None
        given = {"name": self.name, "span": self.span, "options": options}
        given |= self._secrets(environ, context)
        if not filled:
            given |= self._unfilled(table)
        rest = without(table, *own, *given)
        form = Form(
            Deployment,
            rest,
            context.found,
            given=given,
            filled=filled,
            pending=lambda node: isinstance(node, Scalar) and bool(VARIABLE.search(node.source)),
        )
        built = build(form).value
        return None if built is None else self._with_address(built, table, context)

    def _unfilled(self, table: Table) -> dict[str, object]:
        """Leave out of a first check what only an environment can say."""
        return {"base_url": None} if self._is_open(table.entries.get("base_url")) else {}

    @staticmethod
    def _is_open(node: Node | None) -> bool:
        return isinstance(node, Scalar) and bool(VARIABLE.search(node.source))

    def _options_class(self, context: Context) -> type[Authored] | None:
        node = self.table.entries.get("api")
        name = text_of(node) if isinstance(node, Scalar) else DEFAULT_API
        if name not in context.apis:
            span = node.span if node else self.span
            hints = did_you_mean(name, context.apis.names)
            context.found.add(span, f"unknown api {name!r}", *hints)
            return None
        return context.apis.get(name).Options

    def _options(self, model: type[Authored], table: Table, context: Context) -> Authored | None:
        read = read_files(model, table, context)
        given = None if read is None else find_callables(model, read, context)
        if read is None or given is None:
            return None
        return build(Form(model, read, context.found, given=given)).value

    def _secrets(self, environ: Mapping[str, str], context: Context) -> dict[str, object]:
        """Make the key and the headers that come from the environment secrets."""
        given: dict[str, object] = {}
        key = self.table.entries.get("api_key")
        if isinstance(key, Scalar):
            given["api_key"] = self._secret(key, environ, context)
        headers = self.table.entries.get("headers")
        if isinstance(headers, Table):
            given["headers"] = {
                name: self._secret(node, environ, context)
                for name, node in headers.entries.items()
                if isinstance(node, Scalar)
            }
        return given

    def _secret(self, node: Scalar, environ: Mapping[str, str], context: Context) -> Secret | str:
        written = text_of(node)
        match = VARIABLE.search(written)
        value = _fill(written, environ).strip()
        if CONTROL.search(value):
            context.found.add(node.span, "a header cannot hold line breaks or NUL characters")
        return Secret(value, match[1]) if match else value

    def _with_address(self, built: Deployment, table: Table, context: Context) -> Deployment | None:
        if built.base_url is None:
            return built
        parts = urlsplit(built.base_url)
        node = table.entries["base_url"]
        problem = _problem(
            parts.scheme, parts.hostname, parts.username, parts.query + parts.fragment
        )
        if problem:
            context.found.add(node.span, f"'base_url' {problem}")
            return None
        address = built.base_url.rstrip("/").removesuffix("/chat/completions")
        return built.model_copy(update={"base_url": address})


def _problem(scheme: str, host: str | None, user: str | None, behind: str) -> str | None:
    if scheme not in {"http", "https"} or not host:
        return "must be a URL such as https://api.example.com/v1"
    if user:
        return "must not hold a user name or password"
    return "must not hold a query or fragment" if behind else None


def _fill(text: str, environ: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: environ.get(match[1]) or match[2] or "", text)
