"""A folder is a registry: a module's file name is the name that users write in YAML."""

import importlib
import pkgutil
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

    def __init__(self, package: str, base: type[T], group: str) -> None:
        self.package = package
        self.base = base
        self.group = group
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
    def names(self) -> tuple[str, ...]:
        return (*self.own, *self.foreign)

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self.foreign

    def _get(self, name: str) -> type[T]:
        """Give the class called `name`; raises KeyError for no such, TypeError for a bad shape."""
        if name in self.own:
            return self._only_class(importlib.import_module(self.own[name]))
        plugin = self.foreign[name].load()
        if not (isinstance(plugin, type) and issubclass(plugin, self.base)):
            message = f"{self.group} {name!r} is no subclass of {self.base.__name__}: {plugin!r}"
            raise TypeError(message)
        return plugin

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
