"""Who may import whom: the table of layers, held against every module of the package."""

import ast
import sys
from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeAlias

import pytest

PACKAGE = Path(__file__).parent.parent / "evalkit"

FOUNDATION = frozenset({"source", "errors", "registry", "secrets", "statistics", "template"})

TABLE = {
    "__main__": "cli",
    "evalkit": "model",
    "source": "",
    "registry": "",
    "secrets": "",
    "statistics": "",
    "author": "",
    "errors": "source",
    "template": "errors source",
    "model": "source errors secrets template",
    "reading": "model errors",
    "checks": "model errors registry reading",
    "dialect": "model errors reading",
    "wire": "model errors secrets dialect",
    "server": "model errors dialect wire",
    "apis": "author model errors registry secrets template reading dialect wire server",
    "loader": "reading model errors source secrets template checks apis",
    "planner": "model errors template source",
    "grading": "model errors template",
    "conversation": "model errors template reading grading",
    "estimate": "model errors source dialect wire grading conversation",
    "summary": "model errors statistics",
    "compare": "model errors summary statistics",
    "runner": "author model errors secrets statistics conversation grading apis",
    "probe": "model errors registry secrets dialect wire apis",
    "records": "model errors secrets",
    "report": "model errors summary compare statistics",
    "harness": "* -pytest_plugin -cli",
    "pytest_plugin": "* -cli",
    "cli": "*",
}
"""A layer, and those it may import beside itself; `evalkit` is the package's own exports."""

ALONE = frozenset({"checks", "apis"})
"""Layers whose modules never import each other."""

REGISTRIES_ONLY = {"loader": frozenset({"checks", "apis"})}
"""Layers that know plugins by their registry alone, never a plugin by its module."""

PURE = frozenset({"checks", "dialect", "reading", "planner", "conversation", "grading"}) | {
    "estimate",
    "summary",
    "compare",
    "statistics",
}
IMPURE = frozenset({"asyncio", "httpx", "os", "time", "random"})

BOUNDED = "evalkit.reading.bounded"
HTTP = "evalkit.wire.http"

HOLDERS = {
    "httpx": (HTTP,),
    "httpx_aiohttp": (HTTP,),
    "aiohttp": (HTTP,),
    "aiohttp.web": ("evalkit.server",),
    "urllib.request": (),
    "http.client": (),
    "jinja2": ("evalkit.template", "evalkit.report"),
    "subprocess": (BOUNDED,),
    "multiprocessing": (BOUNDED,),
}
"""Libraries, and the modules or packages that alone may import them; the longest name decides."""

COMPILERS = frozenset({"from_string", "compile_expression", "Template"})

CHILDREN = {
    "os": frozenset({"fork", "forkpty", "system", "popen", "posix_spawn", "posix_spawnp"}),
    "asyncio": frozenset({"create_subprocess_exec", "create_subprocess_shell"}),
}
"""What starts a child process beside the modules made for it."""


def all_modules(package: Path) -> dict[str, ast.Module]:
    """Give every module of a package by its full name, parsed."""
    paths = {_module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in paths.items()}


def _module_name(path: Path, package: Path) -> str:
    return ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )


def imported(tree: ast.Module, known: Iterable[str]) -> list[str]:
    """Name all that a module imports, wherever the import stands; known modules in full."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [_from_name(node, alias.name, known) for alias in node.names]
    return names


def _from_name(node: ast.ImportFrom, name: str, known: Iterable[str]) -> str:
    if node.level:
        return "." * node.level + (node.module or "")
    full = f"{node.module}.{name}"
    is_module = full in known or full in HOLDERS
    return full if is_module else str(node.module)


def layer(module: str) -> str:
    """Give the layer of one of evalkit's modules."""
    return module.split(".")[1] if "." in module else "evalkit"


def allowed(importer: str, target: str) -> bool:
    """Whether a module may import another one of evalkit."""
    here, there = layer(importer), layer(target)
    if here not in TABLE or there not in TABLE:
        return False
    if here == there:
        return here not in ALONE or importer == target
    if there in REGISTRIES_ONLY.get(here, ()):
        return target == f"evalkit.{there}"
    words = TABLE[here].split()
    return there in words or ("*" in words and f"-{there}" not in words)


def wrong_layers(modules: Mapping[str, ast.Module]) -> list[str]:
    """Name the imports between evalkit's modules that the table does not allow."""
    return [
        f"{module} may not import {target}"
        for module, tree in modules.items()
        for target in imported(tree, modules)
        if target.split(".")[0] in {"evalkit", ""} and not allowed(module, target)
    ]


def unknown_layers(modules: Iterable[str]) -> list[str]:
    """Name the modules whose layer the table does not have."""
    return [module for module in modules if layer(module) not in TABLE]


def impure(modules: Mapping[str, ast.Module]) -> list[str]:
    """Name the imports of clocks, chance, loops and the environment in layers that are pure."""
    return [
        f"{module} may not import {target}"
        for module, tree in modules.items()
        if layer(module) in PURE and module != BOUNDED
        for target in imported(tree, modules)
        if target.split(".")[0] in IMPURE
    ]


def misplaced(modules: Mapping[str, ast.Module]) -> list[str]:
    """Name the imports of libraries that another module holds."""
    return [
        f"{module} may not import {target}"
        for module, tree in modules.items()
        for target in imported(tree, modules)
        if not _held(target, module)
    ]


def _held(target: str, module: str) -> bool:
    held = [name for name in HOLDERS if f"{target}.".startswith(f"{name}.")]
    if not held:
        return True
    return any(f"{module}.".startswith(f"{place}.") for place in HOLDERS[max(held, key=len)])


def foreign(modules: Mapping[str, ast.Module]) -> list[str]:
    """Name what the foundation imports beyond the standard library."""
    return [
        f"{module} may not import {target}"
        for module, tree in modules.items()
        if layer(module) in FOUNDATION
        for target in imported(tree, modules)
        if target.split(".")[0] not in {*sys.stdlib_module_names, "evalkit"}
        and not (layer(module) == "template" and target.startswith("jinja2"))
    ]


def compiled(modules: Mapping[str, ast.Module]) -> list[str]:
    """Name the uses of a template compiler outside `template/`."""
    return [
        f"{module}:{node.lineno} may not compile a template"
        for module, tree in modules.items()
        if layer(module) != "template"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in COMPILERS)
        or (isinstance(node, ast.Name) and node.id in COMPILERS)
    ]


def spawned(modules: Mapping[str, ast.Module]) -> list[str]:
    """Name the child processes that are started outside `reading/bounded.py`."""
    return [
        f"{module}:{node.lineno} may not start a process"
        for module, tree in modules.items()
        if module != BOUNDED
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Attribute) and _spawns(node)
    ]


def _spawns(node: ast.ImportFrom | ast.Attribute) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name in CHILDREN.get(str(node.module), ()) for alias in node.names)
    return node.attr in CHILDREN.get(ast.unparse(node.value), ())


def cycle(modules: Mapping[str, ast.Module]) -> list[str]:
    """Give the modules of an import cycle, or none."""
    graph = {module: set(imported(tree, modules)) - {module} for module, tree in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


Rule: TypeAlias = Callable[[Mapping[str, ast.Module]], list[str]]

RULES: tuple[Rule, ...] = (
    wrong_layers,
    unknown_layers,
    impure,
    misplaced,
    foreign,
    compiled,
    spawned,
    cycle,
)
NAMES = ["layers", "names", "purity", "holders", "foundation", "compilers", "children", "cycles"]


@pytest.fixture(scope="module")
def modules() -> dict[str, ast.Module]:
    return all_modules(PACKAGE)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_package_keeps(rule: Rule, modules: dict[str, ast.Module]) -> None:
    assert rule(modules) == []


def test_every_layer_of_the_table_is_a_name_of_it() -> None:
    named = {word.lstrip("-") for row in TABLE.values() for word in row.split()} - {"*"}

    assert named <= set(TABLE)


BAD: dict[str, tuple[Rule, dict[str, str]]] = {
    "a check knows the wire": (
        wrong_layers,
        {"checks.contains": "from evalkit.wire.http import Network"},
    ),
    "a check knows another": (
        wrong_layers,
        {"checks.contains": "from evalkit.checks.equals import Equals"},
    ),
    "a check knows another by its package": (
        wrong_layers,
        {"checks.contains": "from evalkit.checks import equals", "checks.equals": ""},
    ),
    "an api knows the others": (
        wrong_layers,
        {"apis.python": "from evalkit.apis import registry"},
    ),
    "the loader knows a check": (
        wrong_layers,
        {"loader.build": "from evalkit.checks.contains import Contains"},
    ),
    "an import in a function": (
        wrong_layers,
        {"planner": "def plan():\n    import evalkit.runner.engine"},
    ),
    "an import for types": (
        wrong_layers,
        {"planner": "if TYPE_CHECKING:\n    from evalkit.records import folder"},
    ),
    "a report knows the harness": (
        wrong_layers,
        {"report.html": "from evalkit import harness", "harness": ""},
    ),
    "a relative import": (wrong_layers, {"model.chat": "from . import data"}),
    "the harness knows the command line": (
        wrong_layers,
        {"harness": "from evalkit.cli.main import main"},
    ),
    "the plugin knows the command line": (
        wrong_layers,
        {"pytest_plugin.hooks": "from evalkit.cli import console", "cli.console": ""},
    ),
    "a stage knows the public names": (
        wrong_layers,
        {"runner.engine": "from evalkit import Check"},
    ),
    "an unknown module": (unknown_layers, {"utils": ""}),
    "a check with a clock": (impure, {"checks.latency": "import time"}),
    "grading by environment": (impure, {"grading": "def grade():\n    from os import environ"}),
    "reading on a loop": (impure, {"reading.json_ladder": "import asyncio"}),
    "an api with its own client": (misplaced, {"apis.chat_completions": "import httpx"}),
    "a second client": (misplaced, {"wire.retry": "from aiohttp import ClientSession"}),
    "a server in the client": (misplaced, {"wire.http": "from aiohttp import web"}),
    "templates in the loader": (misplaced, {"loader.build": "import jinja2"}),
    "a download": (misplaced, {"checks.xml": "from urllib.request import urlopen"}),
    "a child process": (misplaced, {"cli.commands.run": "import subprocess"}),
    "a library in the foundation": (foreign, {"errors": "import pydantic"}),
    "templates in the foundation": (
        foreign,
        {"secrets": "def f():\n    from jinja2 import Environment"},
    ),
    "a compiled reply": (compiled, {"report.html": "environment.from_string(reply)"}),
    "a template of a reply": (compiled, {"report.html": "Template(reply)"}),
    "a shell": (spawned, {"runner.engine": "os.system(command)"}),
    "a fork": (spawned, {"runner.engine": "from os import fork"}),
    "a shell on the loop": (spawned, {"apis.python": "asyncio.create_subprocess_shell(command)"}),
    "a cycle": (
        cycle,
        {"model.a": "import evalkit.model.b", "model.b": "def f():\n    import evalkit.model.a"},
    ),
}


@pytest.mark.parametrize(("rule", "sources"), BAD.values(), ids=list(BAD))
def test_a_rule_bites(rule: Rule, sources: dict[str, str]) -> None:
    modules = {f"evalkit.{name}": ast.parse(source) for name, source in sources.items()}

    assert rule(modules)


GOOD = {
    "checks.contains": "from evalkit.model.check import Check\nimport re",
    "loader.build": "from evalkit.checks import registry\nfrom evalkit import apis",
    "reading.bounded": "import os, subprocess, time\nos.fork()",
    "wire.http": "import httpx, aiohttp",
    "server.app": "from aiohttp import web\nimport aiohttp.web",
    "template": "from jinja2 import Template\nTemplate('x')",
    "report.html": "from jinja2 import Environment",
    "cli.commands.run": "from evalkit import harness\nimport re\nre.compile('x')",
    "model.chat": "from evalkit.model import data",
    "model.data": "",
    "apis": "",
    "checks": "",
    "harness": "",
}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_lets_pass_what_is_allowed(rule: Rule) -> None:
    modules = {f"evalkit.{name}": ast.parse(source) for name, source in GOOD.items()}

    assert rule(modules) == []
