"""Fields whose text names something else: a file that holds the value, or a Python callable."""

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from pydantic import BaseModel

from evalkit.errors import did_you_mean
from evalkit.loader.bundle import bundle
from evalkit.loader.context import Context
from evalkit.loader.fields import marked
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.paths import Unreadable, locate
from evalkit.loader.templates import Templates
from evalkit.loader.tree import scalars, with_entry
from evalkit.model.data import FromFile, FromPython, Templated, Withheld

HOW: Final = "write module:name, or path/to/file.py:name"


def read_files(model: type[BaseModel], node: Table, context: Context) -> Table | None:
    """Put what named files hold in the place of their paths; None where one cannot be read."""
    for key, marker in marked(model, FromFile):
        written = node.entries.get(key)
        if written is None:
            continue
        read = _read(written, marker.holds, context)
        if read is None:
            return None
        node = with_entry(node, key, read)
    return node


def _read(written: Node, holds: str, context: Context) -> Node | None:
    """Read what a path leads to; a schema brings along the files that it refers to."""
    read: Node | None = written
    if isinstance(written, Scalar) and isinstance(written.value, str):
        read = context.load("json" if holds == "schema" else holds, written)
    return bundle(written, read, context) if read and holds == "schema" else read


def find_callables(
    model: type[BaseModel], node: Table, context: Context
) -> Mapping[str, object] | None:
    """Import the callables that are named, by key; None where one is missing."""
    found: dict[str, object] = {}
    for key, _ in marked(model, FromPython):
        written = node.entries.get(key)
        if isinstance(written, Scalar) and isinstance(written.value, str):
            called = _resolve(written, context) if context.python else Withheld()
            if called is None:
                return None
            found[key] = called
    return found


def inspect_templates(model: type[BaseModel], node: Table, context: Context) -> bool:
    """Note what is wrong with the templates of marked fields; tell whether nothing is."""
    found = True
    for key, marker in marked(model, Templated):
        templates = Templates(enabled=True, known=marker.variables, closed=True)
        for _, scalar in scalars(node.entries.get(key) or Table({}, {}, node.span)):
            found &= templates.inspect(scalar, context)
    return found


def _resolve(written: Scalar, context: Context) -> Callable[..., Any] | None:
    module_name, _, name = written.source.rpartition(":")
    named = module_name.endswith(".py") or all(map(str.isidentifier, module_name.split(".")))
    if not named or not name:
        context.found.add(written.span, f"{written.source!r} names no callable", HOW)
        return None
    module = _import(module_name, written, context)
    if module is None:
        return None
    value: object = module
    for part in name.split("."):
        value = _member(value, part)
    if callable(value):
        return value
    what = "nothing" if value is None else "no callable"
    public = [word for word in vars(module) if not word.startswith("_")]
    hints = did_you_mean(name, public) if value is None else ()
    context.found.add(written.span, f"{module_name!r} has {what} called {name!r}", *hints)
    return None


def _member(owner: object, name: str) -> object:
    """Give an attribute; a method of a class is that of an instance made without arguments."""
    if isinstance(owner, type) and inspect.isfunction(inspect.getattr_static(owner, name, None)):
        try:
            return getattr(owner(), name)
        except Exception:  # noqa: BLE001 - the author's class may raise anything
            return getattr(owner, name)
    return getattr(owner, name, None)


def _import(name: str, written: Scalar, context: Context) -> ModuleType | None:
    """Import a module, the root's own ones too, or run a file beside the one that names it."""
    root = context.sources.root
    if not name.endswith(".py"):
        if str(root) not in sys.path:
            sys.path.append(str(root))
        return _attempt(name, lambda: import_module(name), written, context)
    try:
        return _execute(locate(root, written.span.file, name), written, context)
    except Unreadable as error:
        context.found.add(written.span, str(error), *error.hints)
        return None


def _execute(path: Path, written: Scalar, context: Context) -> ModuleType | None:
    """Run a file as a module of its own, once a process."""
    name = f"evalkit_author:{path}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if path.is_dir() or spec is None or spec.loader is None:
        context.found.add(written.span, f"{path.name!r} is no Python file")
        return None
    module = importlib.util.module_from_spec(spec)
    loader = spec.loader

    def run() -> ModuleType:
        sys.modules[name] = module
        loader.exec_module(module)
        return module

    result = _attempt(path.name, run, written, context)
    if result is None:
        sys.modules.pop(name, None)
    return result


def _attempt(
    name: str, run: Callable[[], ModuleType], written: Scalar, context: Context
) -> ModuleType | None:
    try:
        return run()
    except ModuleNotFoundError as error:
        message = f"there is no module {error.name!r}"
        own = f"{name}.".startswith(f"{error.name}.")
        inside = "" if own else f", which {name!r} imports"
        context.found.add(written.span, f"{message}{inside}", "install it, or check the name")
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the author's module may raise anything
        what = f"{type(error).__name__}: {error}"
        context.found.add(written.span, f"{name!r} cannot be imported: {what}")
    return None
