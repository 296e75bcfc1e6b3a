"""A folder is a registry: a module's file name is the name that users write in YAML."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """The plugins of one kind: the modules of a folder, then those of an entry-point group.

    Listing the names imports no plugin; a plugin is imported when it is first asked for.
    A trailing underscore keeps a file name from being a Python keyword: `not_.py` is `not`.
    """

    def __init__(
        self,
        package: str,
        base: type[T],
        group: str,
        fault: Callable[[type[T]], str | None] = lambda _: None,
    ) -> None:
        """Make it; `fault` says what is wrong with a third party's plugin, if anything is."""
        self.package = package
        self.base = base
        self.group = group
        self.fault = fault
        self.get = cache(self._get)

    @cached_property
    def own(self) -> dict[str, str]:
        """Names of the folder's plugins, each with its module's full name."""
        paths = importlib.import_module(self.package).__path__
        modules = sorted(module.name for module in pkgutil.iter_modules(paths))
        return {name.rstrip("_"): f"{self.package}.{name}" for name in modules}

    @cached_property
    def foreign(self) -> dict[str, EntryPoint]:
        """Names of third parties' plugins; the folder's own names win."""
        found = {point.name: point for point in entry_points(group=self.group)}
        return {name: found[name] for name in sorted(found) if name not in self.own}

    @property
    def usable(self) -> tuple[str, ...]:
        """Names of the plugins that can be used; imports those of third parties."""
        return tuple(name for name in self.names if name not in self.refused)

    @cached_property
    def refused(self) -> dict[str, str]:
        """Third parties' plugins that cannot be used, each with the reason; imports them all."""
        points = sorted(entry_points(group=self.group), key=lambda point: point.name)
        taken = (point for point in points if point.name in self.own)
        found = {f"{point.name} ({point.value})": "the name is evalkit's own" for point in taken}
        for name in self.foreign:
            try:
                self.get(name)
            except (ImportError, TypeError) as error:
                found[name] = str(error)
        return found

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.own, *self.foreign)

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self.foreign

    def _get(self, name: str) -> type[T]:
        """Give the class called `name`.

        Raises KeyError where there is none, ImportError where something that it needs is missing,
        and TypeError, with the reason, where it is badly shaped or cannot be imported otherwise.
        """
        if name in self.own:
            return self._only_class(importlib.import_module(self.own[name]))
        plugin = self._load(self.foreign[name])
        if not (isinstance(plugin, type) and issubclass(plugin, self.base)):
            raise TypeError(f"{plugin!r} is no subclass of {self.base.__name__}")
        fault = self.fault(plugin)
        if fault:
            raise TypeError(fault)
        return plugin

    def _load(self, point: EntryPoint) -> object:
        try:
            loaded: object = point.load()
        except ImportError:
            raise
        except AttributeError as error:
            raise TypeError(f"there is no {point.value!r}: {error}") from error
        except Exception as error:  # noqa: BLE001 - a third party's module may raise anything
            cause = error
        else:
            return loaded
        told = f"{point.module!r} cannot be imported: {type(cause).__name__}: {cause}"
        raise TypeError(told) from cause

    def _only_class(self, module: ModuleType) -> type[T]:
        found = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, self.base)
            and value.__module__ == module.__name__
            and not value.__name__.startswith("_")
        ]
        if len(found) != 1:
            message = f"{module.__name__} must define one {self.base.__name__}, not {len(found)}"
            raise TypeError(message)
        return found[0]
