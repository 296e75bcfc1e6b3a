"""Deployments: drafts whose variables wait for an environment, held to their models when filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from evalkit.errors import Mistakes, did_you_mean
from evalkit.loader.context import Context
from evalkit.loader.credentials import read_credentials, refuse_in_params, refuse_inline
from evalkit.loader.fields import DEPLOYMENT_KEYS, keys_of
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.markers import find_callables, inspect_templates, read_files
from evalkit.loader.network import read_network
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.tree import Path, scalars, text_of, with_entry, without
from evalkit.loader.validation import Form, build
from evalkit.loader.variables import demanded, fill, fill_all, is_open
from evalkit.loader.wording import found
from evalkit.model.data import Authored
from evalkit.model.deployment import Deployment, Draft
from evalkit.source import Span

DEFAULT_API: Final = "chat_completions"
FLAGS: Final = ("default", "under_test")
"""Keys that say what is run, before any variable is looked up."""

EXAMPLE: Final = "must be a URL such as https://api.example.com/v1"


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
    sketch = Sketch(name, span, table, context)
    if not sketch.check():
        return None
    return Draft(
        name,
        span,
        default=_flag(table, "default", otherwise=False),
        under_test=_flag(table, "under_test", otherwise=True),
        stream=_flag(table, "stream", otherwise=False),
        variables=demanded(table),
        resolve=sketch.resolve,
    )


def _flag(table: Table, key: str, *, otherwise: bool) -> bool:
    """Read a flag; one that a variable holds may be true."""
    node = table.entries.get(key)
    return node.value is True or is_open(node) if isinstance(node, Scalar) else otherwise


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
        self._refuse_odd_variables()
        refuse_inline(self.table, self.context.found)
        refuse_in_params(self.table.entries.get("params"), self.context.found)
        Attempt(self, self.table, self.context, {}).build()
        return len(self.context.found.mistakes) == before

    def resolve(self, environ: Mapping[str, str]) -> Deployment:
        """Fill in the variables; raises Mistakes where a value does not fit."""
        context = self.context.later()
        filled, paths = fill_all(self.table, environ)
        built = Attempt(self, filled, context, environ, paths).build()
        if built is None or context.found.mistakes:
            raise Mistakes(context.found.told())
        return built

    def _refuse_odd_variables(self) -> None:
        """Refuse `${` that begins no variable, but in free data, and variables in flags."""
        for path, scalar in scalars(self.table):
            checked = path[0] in DEPLOYMENT_KEYS and path[0] != "params"
            if checked and "${" in fill(text_of(scalar), {}):
                hint = "write ${NAME} or ${NAME:-default}"
                self.context.found.add(scalar.span, "'${' begins no variable", hint)
            elif path[0] in FLAGS and is_open(scalar):
                message = f"{path[0]!r} must be true or false, not a variable"
                self.context.found.add(scalar.span, message)


@dataclass(frozen=True)
class Attempt:
    """A deployment being built of `table`; `filled` is None while its variables wait."""

    sketch: Sketch
    table: Table
    context: Context
    environ: Mapping[str, str]
    filled: frozenset[Path] | None = None

    def build(self) -> Deployment | None:
        """Build it; None where it is wrong, which is noted, or has to wait."""
        api = self._api()
        if api is None:
            return None
        called = self.context.apis.get(api)
        model, own = called.Options, keys_of(called.Options)
        table = refuse_unknown(self.table, (*DEPLOYMENT_KEYS, *own), self.context.found)
        partial = table is not self.table
        options = self._options(model, without(table, *DEPLOYMENT_KEYS), partial=partial)
        if called.addressed and not (partial or _is_given(table.entries.get("base_url"))):
            self.context.found.add(self.sketch.span, "missing key 'base_url'")
        given = {"name": self.sketch.name, "span": self.sketch.span}
        given |= {"options": options or Authored(), **self._unfilled(table)}
        given |= read_credentials(self.sketch.table, self.environ, self.context.found)
        whole = self.filled is not None
        given |= read_network(self.sketch.table, self.environ, self.context, filled=whole)
        form = Form(
            Deployment,
            without(table, *own, *given),
            self.context.found,
            given=given,
            filled=self.filled or frozenset(),
            pending=self._waits,
        )
        built = build(form).value
        return None if built is None or options is None else self._with_address(built, table)

    def _waits(self, node: Node) -> bool:
        return self.filled is None and is_open(node)

    def _unfilled(self, table: Table) -> dict[str, object]:
        """Leave out of a first check what only an environment can say."""
        node = table.entries.get("base_url")
        return {"base_url": None} if node is not None and self._waits(node) else {}

    def _api(self) -> str | None:
        node = self.table.entries.get("api")
        name = text_of(node) if isinstance(node, Scalar) else DEFAULT_API
        if name in self.context.apis:
            return name
        span = node.span if node else self.sketch.span
        names = self.context.apis.names
        hints = did_you_mean(name, names) or (f"there are {', '.join(names)}",)
        self.context.found.add(span, f"unknown api {name!r}", *hints)
        return None

    def _options(self, model: type[Authored], table: Table, *, partial: bool) -> Authored | None:
        """Build the api's own keys; files and callables named by a variable wait for it."""
        waiting = {key: node for key, node in table.entries.items() if self._waits(node)}
        read = read_files(model, without(table, *waiting), self.context)
        given = None if read is None else find_callables(model, read, self.context)
        if read is None or given is None or not inspect_templates(model, table, self.context):
            return None
        for key, node in waiting.items():
            read = with_entry(read, key, node)
        form = Form(
            model,
            read,
            self.context.found,
            given=given,
            filled=self.filled or frozenset(),
            pending=self._waits,
            partial=partial,
        )
        return build(form).value

    def _with_address(self, built: Deployment, table: Table) -> Deployment | None:
        if built.base_url is None:
            return built
        address = built.base_url.strip()
        problem = _problem(address)
        if problem:
            node, message = table.entries["base_url"], f"'base_url' {problem}"
            if "@" in address or "?" in address:
                self.context.found.hide(built.base_url)
            self.context.found.add(node.span, message)
            return None
        address = address.rstrip("/").removesuffix("/chat/completions")
        return built.model_copy(update={"base_url": address})


def _problem(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return EXAMPLE
    if not sound or any(map(str.isspace, address)):
        return EXAMPLE
    if "@" in parts.netloc:
        return "must not hold a user name or password"
    return "must not hold a query or fragment" if parts.query or parts.fragment else None


def _is_given(node: Node | None) -> bool:
    return node is not None and not (isinstance(node, Scalar) and node.value is None)
