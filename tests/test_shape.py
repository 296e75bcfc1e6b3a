"""How big a module and a function may be, and what may not stand in one: held against all of it."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent

FUNCTION_LINES = 40
MODULE_LINES = 300
TEST_MODULE_LINES = 600
ARGUMENTS = 5
NESTING = 3

CONSOLE = "evalkit/cli/console.py"
SHAPELESS = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "shared"})
WRITERS = frozenset({"print", "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write"})
BROAD = frozenset({"Exception", "BaseException"})
REASONED = re.compile(r"# noqa: BLE001 - \w")

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@dataclass(frozen=True)
class Source:
    """A module: its path under the root, its text, and its tree."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def of(cls, path: str, text: str) -> "Source":
        return cls(path, text, ast.parse(text))

    @property
    def functions(self) -> Iterator[FunctionNode]:
        return (node for node in ast.walk(self.tree) if isinstance(node, FunctionNode))

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")


Rule: TypeAlias = Callable[[Source], list[str]]


def long_functions(source: Source) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name} has {lines} lines"
        for node in source.functions
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def long_module(source: Source) -> list[str]:
    lines = len(source.text.splitlines())
    limit = TEST_MODULE_LINES if source.path.startswith("tests/") else MODULE_LINES
    return [f"{source.path} has {lines} lines"] if lines > limit else []


def many_arguments(source: Source) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name} takes {count} arguments"
        for node in source.functions
        if (count := len(_arguments(node))) > ARGUMENTS
    ]


def _arguments(node: FunctionNode) -> list[str]:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return [argument.arg for argument in every if argument.arg not in {"self", "cls"}]


def deep_nesting(source: Source) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name} nests {depth} deep"
        for node in source.functions
        if (depth := max(map(_depth, node.body))) > NESTING
    ]


def _depth(node: ast.AST) -> int:
    """Count the blocks around the innermost statement; an `elif` is as deep as its `if`."""
    if isinstance(node, FunctionNode | ast.ClassDef):
        return 0
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return max(1 + max(map(_depth, node.body)), _depth(node.orelse[0]))
    inside = max(map(_depth, ast.iter_child_nodes(node)), default=0)
    return inside + isinstance(node, BLOCKS)


def no_opening(source: Source) -> list[str]:
    paragraph = (ast.get_docstring(source.tree) or "").partition("\n\n")[0]
    good = paragraph.endswith((".", ":")) and "\n" not in paragraph
    return [] if good else [f"{source.path} does not open with a sentence on one line"]


def code_in_package(source: Source) -> list[str]:
    if not source.is_package:
        return []
    return [
        f"{source.path}:{node.lineno} is no export and no registry"
        for node in source.tree.body
        if not _is_export(node)
    ]


def _is_export(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.FunctionDef):
        return node.name in {"__getattr__", "__dir__"}
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING" and all(map(_is_export, node.body))
    return isinstance(node, ast.Assign | ast.AnnAssign) and _is_listing(node.value)


def _is_listing(value: ast.expr | None) -> bool:
    """Whether a value is a registry, or a literal, such as `__all__` has."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) == "Registry"
    return not any(
        isinstance(part, ast.Call | ast.Lambda) for part in ast.walk(value or ast.Pass())
    )


def shapeless_name(source: Source) -> list[str]:
    names = {part.strip("_").removesuffix(".py") for part in Path(source.path).parts}
    return [f"{source.path} says nothing about what it holds"] if names & SHAPELESS else []


def own_output(source: Source) -> list[str]:
    if source.path == CONSOLE:
        return []
    return [
        f"{source.path}:{node.lineno} writes past the console"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITERS
    ]


def broad_except(source: Source) -> list[str]:
    lines = source.text.splitlines()
    return [
        f"{source.path}:{node.lineno} catches everything and does not say why"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
        if not REASONED.search(lines[node.lineno - 1])
    ]


def _catches_all(node: ast.ExceptHandler) -> bool:
    """Whether a handler takes every exception and does not raise it again."""
    last = node.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    if node.type is None:
        return True
    types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(ast.unparse(kind) in BROAD for kind in types)


def empty_body(source: Source) -> list[str]:
    passes = [node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Pass)]
    ports = [node for node in ast.walk(source.tree) if _is_port(node)]
    declared = {inner for port in ports for inner in ast.walk(port)}
    stubs = [node.lineno for node in source.functions if node not in declared and _is_stub(node)]
    return [f"{source.path}:{line} has an empty body" for line in sorted(passes + stubs)]


def _is_port(node: ast.AST) -> bool:
    """Whether `…` is all that a body can be here: a protocol, an overload, an abstract method."""
    if isinstance(node, ast.ClassDef):
        return any(ast.unparse(base).startswith("Protocol") for base in node.bases)
    decorators = node.decorator_list if isinstance(node, FunctionNode) else []
    return bool({"overload", "abstractmethod"} & {ast.unparse(each) for each in decorators})


def _is_stub(node: FunctionNode) -> bool:
    return all(
        isinstance(statement, ast.Expr) and getattr(statement.value, "value", None) is ...
        for statement in node.body
    )


def missing_tests(root: Path, kind: str) -> list[str]:
    """Name the plugins of a kind that have no test file of their own."""
    modules = (path for path in sorted((root / "evalkit" / kind).glob("*.py")))
    names = [path.stem for path in modules if path.stem != "__init__"]
    return [name for name in names if not _test_file(root, kind, name).is_file()]


def _test_file(root: Path, kind: str, name: str) -> Path:
    return root / "tests" / kind / f"test_{name.rstrip('_')}.py"


SIZE_RULES: dict[str, Rule] = {
    "functions are short": long_functions,
    "modules are short": long_module,
    "arguments are few": many_arguments,
    "nesting is shallow": deep_nesting,
    "modules open with a sentence": no_opening,
    "names say something": shapeless_name,
    "bodies are not empty": empty_body,
}

PACKAGE_RULES: dict[str, Rule] = SIZE_RULES | {
    "packages hold exports": code_in_package,
    "the console alone writes": own_output,
    "catching all has a reason": broad_except,
}


def _sources(folder: str) -> list[Source]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [Source.of(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


@pytest.fixture(scope="module")
def package() -> list[Source]:
    return _sources("evalkit")


@pytest.fixture(scope="module")
def tests() -> list[Source]:
    return _sources("tests")


@pytest.mark.parametrize("rule", PACKAGE_RULES.values(), ids=list(PACKAGE_RULES))
def test_in_the_package(rule: Rule, package: list[Source]) -> None:
    assert [found for source in package for found in rule(source)] == []


@pytest.mark.parametrize("rule", SIZE_RULES.values(), ids=list(SIZE_RULES))
def test_in_the_tests(rule: Rule, tests: list[Source]) -> None:
    assert [found for source in tests for found in rule(source)] == []


@pytest.mark.parametrize("kind", ["checks", "apis"])
def test_every_plugin_has_its_test_file(kind: str) -> None:
    assert missing_tests(ROOT, kind) == []


def test_a_plugin_without_a_test_file_is_named(tmp_path: Path) -> None:
    for file in ("evalkit/checks/not_.py", "evalkit/checks/regex.py", "tests/checks/test_not.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()

    assert missing_tests(tmp_path, "checks") == ["regex"]


ONE = '"""A module."""\n'
LOOPS = "def f():\n for a in b:\n  for c in a:\n   for d in c:\n"

BAD: dict[str, tuple[Rule, str, str]] = {
    "41 lines": (long_functions, "evalkit/a.py", "def f():\n" + " x = 1\n" * 40),
    "41 lines, inside a class": (
        long_functions,
        "evalkit/a.py",
        "class A:\n async def f(self):\n" + "  x = 1\n" * 40,
    ),
    "301 lines": (long_module, "evalkit/a.py", "x = 1\n" * 301),
    "601 lines of tests": (long_module, "tests/test_a.py", "x = 1\n" * 601),
    "6 arguments": (many_arguments, "evalkit/a.py", "def f(a, b, /, c, d, *, e, g): return a"),
    "4 blocks": (deep_nesting, "evalkit/a.py", f"{LOOPS}    if d:\n     return d"),
    "4 blocks, one of them an else": (
        deep_nesting,
        "evalkit/a.py",
        f"{LOOPS}    x = 1\n   else:\n    with x:\n     try: y()\n     finally: z()",
    ),
    "no docstring": (no_opening, "evalkit/a.py", "x = 1"),
    "a docstring that is no sentence": (no_opening, "evalkit/a.py", '"""Things"""'),
    "an opening of two lines": (no_opening, "evalkit/a.py", '"""This\nand that."""'),
    "a class in a package": (code_in_package, "evalkit/a/__init__.py", "class A: x = 1"),
    "a function in a package": (code_in_package, "evalkit/a/__init__.py", "def f(): return 1"),
    "a computed name in a package": (code_in_package, "evalkit/a/__init__.py", "names = sorted(x)"),
    "a branch in a package": (code_in_package, "evalkit/a/__init__.py", "if x: import y"),
    "utils": (shapeless_name, "evalkit/utils.py", ""),
    "a folder of helpers": (shapeless_name, "evalkit/_helpers/text.py", ""),
    "print": (own_output, "evalkit/a.py", "print(1)"),
    "click.echo": (own_output, "evalkit/cli/commands/run.py", "click.echo(1)"),
    "sys.stdout.write": (own_output, "evalkit/a.py", "sys.stdout.write(x)"),
    "except Exception": (broad_except, "evalkit/a.py", "try: f()\nexcept Exception: g()"),
    "a bare except": (broad_except, "evalkit/a.py", "try: f()\nexcept: g()"),
    "a broad except among others": (
        broad_except,
        "evalkit/a.py",
        "try: f()\nexcept (OSError, BaseException): g()",
    ),
    "a broad except with a bare noqa": (
        broad_except,
        "evalkit/a.py",
        "try: f()\nexcept Exception:  # noqa: BLE001\n g()",
    ),
    "pass": (empty_body, "evalkit/a.py", "class A:\n pass"),
    "a stub": (empty_body, "evalkit/a.py", "def f(): ..."),
}


@pytest.mark.parametrize(("rule", "path", "text"), BAD.values(), ids=list(BAD))
def test_a_rule_bites(rule: Rule, path: str, text: str) -> None:
    assert len(rule(Source.of(path, text))) == 1


GOOD = {
    "40 lines": ("evalkit/a.py", f"{ONE}def f():\n" + " x = 1\n" * 39),
    "300 lines": ("evalkit/a.py", ONE + "x = 1\n" * 299),
    "600 lines of tests": ("tests/test_a.py", ONE + "x = 1\n" * 599),
    "5 arguments and self": ("evalkit/a.py", f"{ONE}def f(self, a, b, c, d, *, e): return a"),
    "arguments without a count": ("evalkit/a.py", f"{ONE}def f(a, b, c, d, e, *f, **g): return a"),
    "3 blocks": ("evalkit/a.py", f"{ONE}{LOOPS}    return d"),
    "a chain of elif": (
        "evalkit/a.py",
        f"{ONE}def f():\n if a: b()\n elif c: d()\n elif e: g()\n elif h: i()\n else: j()",
    ),
    "blocks of an inner function": (
        "evalkit/a.py",
        f"{ONE}def f():\n for a in b:\n  for c in a:\n   def g():\n    for d in c:\n     h()",
    ),
    "exports": (
        "evalkit/a/__init__.py",
        f'{ONE}from b import c\nregistry = Registry("d", c, "e")\n__all__ = ["c"]',
    ),
    "lazy exports": (
        "evalkit/__init__.py",
        f'{ONE}_homes = {{"c": "b"}}\ndef __getattr__(name): return _homes[name]',
    ),
    "names for types": (
        "evalkit/a/__init__.py",
        f"{ONE}if TYPE_CHECKING:\n from evalkit.model.check import Check",
    ),
    "the console": (CONSOLE, f"{ONE}click.echo(1)"),
    "a reasoned except": (
        "evalkit/a.py",
        f"{ONE}try: f()\nexcept Exception:  # noqa: BLE001 - a plugin\n g()",
    ),
    "an except that raises again": (
        "evalkit/a.py",
        f"{ONE}try: f()\nexcept BaseException:\n g()\n raise",
    ),
    "a protocol": ("evalkit/a.py", f"{ONE}class A(Protocol[T]):\n def f(self): ..."),
}


@pytest.mark.parametrize(("path", "text"), GOOD.values(), ids=list(GOOD))
def test_what_is_allowed_passes_every_rule(path: str, text: str) -> None:
    source = Source.of(path, text)

    assert [found for rule in PACKAGE_RULES.values() for found in rule(source)] == []
