"""Python that an author names as `module:name`, imported with the root on the path."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path


def find(place: str, root: Path) -> Callable[..., object]:
    """Give the callable at `module:name`; raises ValueError where there is none."""
    module, separator, name = place.partition(":")
    if not (separator and module and name):
        message = f"{place!r} is no place of a callable: write module:name"
        raise ValueError(message)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        found: Callable[..., object] = getattr(importlib.import_module(module), name)
    except Exception as error:
        message = f"{place!r} cannot be imported: {type(error).__name__}: {error}"
        raise ValueError(message) from error
    if not callable(found):
        message = f"{place!r} is no callable"
        raise ValueError(message)  # noqa: TRY004 - one error for all that an author gets wrong
    return found
