"""An estimate as text for a terminal and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from evalkit.cli.console import table
from evalkit.dialect.weight import CHARACTERS
from evalkit.estimate import FIRST_GUESS, Estimate, Figures, Guess, Line, Pace
from evalkit.model.price import Price
from evalkit.report.text import duration, plural

HEAD = ("deployment", "role", "items", "attempts", "requests", "prompt", "completion", "dollars")
DIGITS = 9
"""Digits behind the point that JSON gives of dollars and seconds."""

FIGURES_FROM = 2
"""The first column that holds figures."""


def to_text(found: Estimate, guess: Guess) -> str:
    """Give a table, what is skipped and unset, the least time, and what all of it rests on."""
    rows = [HEAD, *map(_row, found.lines, _names(found.lines)), _total(found)]
    shown = [table(_aligned(rows))] if found.lines else []
    notes = "\n".join((*_skipped(found), *_unset(found), *_times(found)))
    rests = "\n".join(_rests(found, guess)) if found.lines else ""
    return "\n\n".join(filter(None, (*shown, notes, rests)))


def _names(lines: Sequence[Line]) -> list[str]:
    """Tell deployments of one name apart by their places."""
    counts = Counter(line.name for line in lines)
    return [f"{one.name} ({one.span})" if counts[one.name] > 1 else one.name for one in lines]


def _row(line: Line, name: str) -> Sequence[str]:
    cost = line.planned.cost(line.price)
    return (
        name,
        ", ".join(_roles(line)),
        f"{line.items:,}",
        f"{line.attempts:,}",
        _requests(line.planned, line.further, exact=line.exact),
        f"~{line.planned.prompt:,}",
        f"~{line.planned.completion:,}",
        "unknown" if cost is None else f"~{_dollars(cost)}",
    )


def _total(found: Estimate) -> Sequence[str]:
    planned, known = found.planned, f"~{_dollars(found.known_cost)}"
    return (
        "total",
        "",
        f"{found.items:,}",
        f"{found.attempts:,}",
        _requests(planned, found.further, exact=found.exact),
        f"~{planned.prompt:,}",
        f"~{planned.completion:,}",
        _total_cost(found, known),
    )


def _total_cost(found: Estimate, known: str) -> str:
    if not found.unpriced:
        return known
    return f"{known} + unknown" if found.known_cost else "unknown"


def _requests(planned: Figures, further: Figures, *, exact: bool) -> str:
    most = f"{planned.requests + further.requests:,}"
    if exact:
        return most
    return f"{planned.requests:,}, up to {most}" if further.requests else f"up to {most}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Set figures to the right of their columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (*row[:FIGURES_FROM], *map(str.rjust, row[FIGURES_FROM:], widths[FIGURES_FROM:]))
        for row in rows
    ]


def _skipped(found: Estimate) -> Iterator[str]:
    for reason, count in Counter(one.reason for one in found.skipped).items():
        yield f"skipped: {plural(count, 'item')}: {reason}"


def _unset(found: Estimate) -> Iterator[str]:
    for line, name in zip(found.lines, _names(found.lines), strict=True):
        if line.unset:
            variables = ", ".join(line.unset)
            yield f"not set: {variables}: {name} is counted all the same, a run needs it"


def _times(found: Estimate) -> Iterator[str]:
    for line, name in zip(found.lines, _names(found.lines), strict=True):
        rpm, tpm, row = line.pace.rpm, line.pace.tpm, line.pace.in_a_row
        told = [f"at least {duration(rpm)} by rpm"] if rpm else []
        told += [f"about {duration(tpm)} by tpm, or more"] if tpm else []
        told += [f"at least {row:,} requests one after another"] if row > 1 else []
        if told:
            yield f"time: {name}: {', '.join(told)}"


def _rests(found: Estimate, guess: Guess) -> Iterator[str]:
    yield "exact: items, attempts and requests, but for what is tried again after a fault"
    if found.further.requests:
        more = found.further
        yield (
            "up to: a check asks again where it cannot read an answer, for "
            f"~{more.prompt:,} prompt and ~{more.completion:,} completion tokens"
        )
    if any(line.may_stop for line in found.lines):
        yield "up to: on_turn_failure: stop ends conversations early"
    yield f"estimated: tokens and dollars, at {CHARACTERS} characters a token; {_said(guess)}"


def _said(guess: Guess) -> str:
    if guess.tokens is None:
        return f"a reply is taken to use its max_tokens, or {FIRST_GUESS} where nothing limits it"
    return f"a reply is taken to use {guess.tokens:,}, or its max_tokens where that is less"


def _roles(line: Line) -> list[str]:
    roles = (("tested", line.tested), ("in checks", line.consulted))
    return [name for name, has in roles if has]


def _dollars(cost: float) -> str:
    """Write dollars to the cent, and less than one to three digits that say something."""
    return f"{cost:,.2f}" if cost >= 1 or not cost else f"{cost:.3g}"


def to_data(found: Estimate, guess: Guess) -> dict[str, Any]:
    """Give the estimate as JSON; what is not known is null."""
    return {
        "items": found.items,
        "attempts": found.attempts,
        "skipped": [{"item": one.item, "reason": one.reason} for one in found.skipped],
        "deployments": list(map(_line, found.lines)),
        "total": {
            **_counts(found.planned),
            "requests_exact": found.exact,
            "cost": None if found.unpriced else _rounded(found.known_cost),
            "known_cost": _rounded(found.known_cost),
            "unpriced": list(found.unpriced),
            "further": _counts(found.further),
        },
        "assumed": {
            "characters_per_token": CHARACTERS,
            "completion_tokens": FIRST_GUESS if guess.tokens is None else guess.tokens,
            "max_tokens_used_up": guess.tokens is None,
        },
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "place": str(line.span),
        "tested": line.tested,
        "asked_by_checks": line.consulted,
        "unset": list(line.unset),
        "items": line.items,
        "attempts": line.attempts,
        **_priced(line.planned, line.price),
        "requests_exact": line.exact,
        "further": _priced(line.further, line.price),
        "pace": _pace(line.pace),
    }


def _counts(figures: Figures) -> dict[str, int]:
    return {
        "requests": figures.requests,
        "prompt_tokens": figures.prompt,
        "completion_tokens": figures.completion,
    }


def _priced(figures: Figures, price: Price | None) -> dict[str, Any]:
    cost = figures.cost(price)
    return {**_counts(figures), "cost": _rounded(cost)}


def _pace(pace: Pace) -> dict[str, Any]:
    return {
        "in_a_row": pace.in_a_row,
        "seconds_by_rpm": _rounded(pace.rpm),
        "seconds_by_tpm": _rounded(pace.tpm),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
