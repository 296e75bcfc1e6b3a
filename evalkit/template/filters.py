"""The filters of templates: none guesses where a value does not fit, none grows without bound."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from evalkit.template.values import fits, show, to_json

MOST_DECIMALS: Final = 15


def replace(value: object, old: str, new: str) -> str:
    text = show(value)
    fits(text.count(old) * len(new))
    return text.replace(old, new)


def entries(values: object) -> list[Any]:
    """Give the entries of a list or the keys of a mapping; a text has no entries."""
    if not isinstance(values, list | tuple | dict):
        raise TypeError(f"expected a list or a mapping, not {type(values).__name__}")
    return list(values)


def join(values: object, separator: str = "") -> str:
    texts = [show(value) for value in entries(values)]
    fits(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def rounded(value: float, decimals: int = 0) -> float:
    """Round to a number of decimals, without any to an integer."""
    if not 0 <= decimals <= MOST_DECIMALS:
        raise ValueError(f"decimals are from 0 to {MOST_DECIMALS}, not {decimals}")
    return round(value, decimals) if decimals else round(value)


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "abs": abs,
    "capitalize": lambda value: show(value).capitalize(),
    "count": len,
    "first": lambda values: values[0],
    "float": float,
    "int": int,
    "items": lambda mapping: list(mapping.items()),
    "join": join,
    "keys": lambda mapping: list(mapping.keys()),
    "last": lambda values: values[-1],
    "length": len,
    "list": entries,
    "lower": lambda value: show(value).lower(),
    "max": lambda values: max(entries(values)),
    "min": lambda values: min(entries(values)),
    "replace": replace,
    "reverse": lambda values: values[::-1],
    "round": rounded,
    "sort": lambda values, reverse=False: sorted(entries(values), reverse=reverse),
    "string": show,
    "sum": lambda values: sum(entries(values)),
    "title": lambda value: show(value).title(),
    "tojson": to_json,
    "trim": lambda value: show(value).strip(),
    "unique": lambda values: list(dict.fromkeys(entries(values))),
    "upper": lambda value: show(value).upper(),
}
"""The filters by name. `default` is none of them: it takes what is undefined."""
