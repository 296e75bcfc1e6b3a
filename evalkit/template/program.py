"""A template with expressions: compiled in the sandbox, run with its output counted."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import TracebackType
from typing import Any, Final

import jinja2
from jinja2 import meta, nodes

from evalkit.errors import TemplateError
from evalkit.template.policy import AS_TEXT, Counted, guarded_names, refuse_nodes, refuse_tags
from evalkit.template.sandbox import Sandbox
from evalkit.template.values import fits, undefined

MOST_SOURCE: Final = 4 * 1024 * 1024
COMPILED_NAME: Final = "<template>"
UNFIT: Final = (TypeError, ValueError, ArithmeticError, LookupError)
"""What Python raises where a value does not fit an operator or a filter."""

TOO_DEEP: Final = (RecursionError, MemoryError, SyntaxError)
"""What Python raises where it compiles expressions that are nested too deeply."""


class Program:
    """A compiled template; `names` are the variables that it needs."""

    def __init__(self, text: str) -> None:
        try:
            tree = _parse(text)
            self.names = frozenset(meta.find_undeclared_variables(tree)) - {*guarded_names(tree)}
            self._template = _sandbox().from_string(Counted().visit(tree))
        except TOO_DEEP as error:
            raise TemplateError("the template is nested too deeply") from error

    def run(self, values: Mapping[str, Any]) -> str:
        """Insert the values; raises TemplateError."""
        try:
            return "".join(self._chunks(values))
        except TemplateError as error:
            line = error.line or self._line(error.__traceback__)
            raise TemplateError(str(error), line, error.hint) from error
        except jinja2.UndefinedError as error:
            raise self._undefined(error, values) from error
        except (jinja2.TemplateError, RecursionError, *UNFIT) as error:
            raise TemplateError(str(error), self._line(error.__traceback__)) from error

    def _chunks(self, values: Mapping[str, Any]) -> Iterator[str]:
        made = 0
        context = self._template.new_context(dict(values))
        for chunk in self._template.root_render_func(context):
            made += len(chunk)
            fits(made)
            yield chunk

    def _undefined(self, error: jinja2.UndefinedError, values: Mapping[str, Any]) -> TemplateError:
        line, message = self._line(error.__traceback__), str(error)
        for name in self.names - values.keys():
            if message == f"{name!r} is undefined":
                return undefined(name, values, line)
        return TemplateError(message, line)

    def _line(self, traceback: TracebackType | None) -> int | None:
        line = None
        while traceback is not None:
            if traceback.tb_frame.f_code.co_filename == COMPILED_NAME:
                line = self._template.get_corresponding_lineno(traceback.tb_lineno)
            traceback = traceback.tb_next
        return line


def _parse(text: str) -> nodes.Template:
    if len(text) > MOST_SOURCE:
        raise TemplateError(f"a template has at most {MOST_SOURCE:,} characters")
    try:
        if "{%" in text or "{#" in text:
            refuse_tags(_sandbox(), text)
        tree = _sandbox().parse(text)
    except jinja2.TemplateSyntaxError as error:
        message = f"invalid template: {(error.message or '').rstrip('.')}"
        raise TemplateError(message, error.lineno, AS_TEXT) from error
    except ValueError as error:
        raise TemplateError(f"invalid template: {error}") from error
    refuse_nodes(_sandbox(), tree)
    return tree


@cache
def _sandbox() -> Sandbox:
    return Sandbox()
