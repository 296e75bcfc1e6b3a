"""A run as Markdown, for a job summary or a comment on a pull request."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from evalkit.model.run import Run
from evalkit.report import overview
from evalkit.report.overview import UNKNOWN, WORDS, Figures
from evalkit.report.page import tone
from evalkit.report.text import duration, line, plural, visible
from evalkit.summary import ItemStatus, Result, Summary, headline, summarise

MARKER = "<!-- evalkit -->"
"""The hidden first line, by which a workflow finds its one comment again."""

MAX_BYTES = 60_000
"""How large the text may be; GitHub takes comments of 65,536 characters."""

MAX_DAMAGE = 10

SIGNS: dict[ItemStatus, str] = {"failed": "❌", "error": "⚠️", "passed": "✅"}

LISTED: tuple[ItemStatus, ...] = ("failed", "error", "xfailed")

MAX_REASONS = 10

MAX_ALIKE = 5
"""Errors of one deployment that are listed although they share their reason."""

REQUEST = re.compile(r" \(request [^)]*\)")
"""The id of a request in a reason, which no two share."""


def render(run: Run, summary: Summary | None = None) -> str:
    """Give the verdict, the figures of each deployment, and every item that needs a look."""
    summary = summary or summarise(run)
    parts = [MARKER, *_head(run, summary), *_deployments(run, summary)]
    parts += _referees(run, summary)
    parts += [*_retries(summary), *_warnings(summary)]
    parts += [*_untried(summary, "not_run", "Not run"), *_untried(summary, "skipped", "Skipped")]
    room = MAX_BYTES - sum(_bytes(part) + 1 for part in parts)
    return "\n".join([*parts, *_items(summary, room)]) + "\n"


def code(text: str) -> str:
    """Quote a text so that no Markdown, HTML, mention or table cell in it takes effect."""
    flat = visible(line(text))
    if not flat:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", flat)), default=0) + 1)
    space = " " if "`" in flat else ""
    return f"{fence}{space}{flat}{space}{fence}".replace("|", "\\|")


def _head(run: Run, summary: Summary) -> Iterator[str]:
    said = headline(summary)
    sign = SIGNS.get(tone(summary), "")
    yield f"### {sign} {_plain(said[:1].upper() + said[1:])}".replace("  ", " ")
    counts = summary.overall.counts
    named = [
        f"{getattr(counts, status)} {words}"
        for status, words in WORDS.items()
        if getattr(counts, status)
    ]
    yield ""
    yield f"{plural(counts.total, 'item')}: {', '.join(named)}" if named else "no items"
    yield f"· took {duration(summary.duration)} · run {code(run.start.id)}"
    for sentence in run.damage[:MAX_DAMAGE]:
        yield f"\n⚠️ {code(sentence)}"


def _plain(text: str) -> str:
    """Keep a sentence a sentence where a name in it is not plain."""
    return text if re.fullmatch(r"[\w ,.:-]*", text) else code(text)


def _deployments(run: Run, summary: Summary) -> Iterator[str]:
    cost = ("cost",) if overview.is_priced(summary) else ()
    named = ("passed", "rate (95%)", "errors", "tokens", *cost, "latency p50 / p95", "first token")
    yield ""
    yield from _row("deployment", *named)
    yield from _row("---", *["---:"] * len(named))
    for figures in overview.deployments(run, summary):
        yield from _row(*_figures(figures, priced=bool(cost)))


def _referees(run: Run, summary: Summary) -> Iterator[str]:
    """Tell what checks asked, which is in no other figure."""
    found = overview.referees(run, summary)
    if found:
        yield ""
        yield from _row("asked by checks", "requests", "faults", "tokens", "cost")
        yield from _row("---", *["---:"] * 4)
        for one in found:
            yield from _row(code(one.name), one.requests, one.faults, one.tokens, one.cost)


def _figures(figures: Figures, *, priced: bool) -> Sequence[str]:
    share = figures.share
    cost = (figures.cost,) if priced else ()
    return (
        code(figures.name),
        figures.passed,
        f"{share.text} ({share.interval})" if share else UNKNOWN,
        figures.errors,
        figures.tokens,
        *cost,
        figures.latency,
        figures.first_token,
    )


def _warnings(summary: Summary) -> Iterator[str]:
    if summary.warnings:
        named = (
            f"{code(name)} in {plural(count, 'reply', 'replies')}"
            for name, count in summary.warnings.items()
        )
        yield f"\nWire warnings: {', '.join(named)}"


def _retries(summary: Summary) -> Iterator[str]:
    for name, told in overview.retries(summary):
        yield f"\n{code(name)}: {told}"


def _untried(summary: Summary, status: ItemStatus, title: str) -> Iterator[str]:
    """Count what was never begun by reason: a whole deployment often shares one."""
    reasons = Counter(result.reason for result in summary.results if result.status == status)
    for reason, count in reasons.most_common(MAX_REASONS):
        yield f"\n{title}: {plural(count, 'item')}, {code(reason)}"


def _items(summary: Summary, room: int) -> Iterator[str]:
    """List what does not hold, failures first, as far as there is room."""
    found = [result for status in LISTED for result in summary.results if result.status == status]
    if not found:
        return
    title = ["", *_row("", "conversation", "deployment", "place", "attempts", "reason")]
    title += _row("---", "---", "---", "---", "---:", "---")
    yield from title
    room -= sum(_bytes(text) + 1 for text in title) + 100
    kept, alike = _grouped(found)
    for index, result in enumerate(kept):
        (row,) = _row(*_item(result))
        room -= _bytes(row) + 1
        if room < 0:
            yield f"\n{len(found) - index:,} more are in the report."
            return
        yield row
    for (deployment, reason), count in alike.items():
        if count > MAX_ALIKE:
            more = f"{count - MAX_ALIKE:,} more on {code(deployment)}"
            yield f"\n{more} could not be judged for the same reason: {code(reason)}"


def _grouped(found: Sequence[Result]) -> tuple[list[Result], Counter[tuple[str, str]]]:
    """Keep a few of the errors that share their reason on a deployment, and count all of them."""
    alike: Counter[tuple[str, str]] = Counter()
    kept = []
    for result in found:
        key = (result.item.deployment, REQUEST.sub("", result.reason))
        if result.status == "error":
            alike[key] += 1
        if alike[key] <= MAX_ALIKE:
            kept.append(result)
    return kept, alike


def _item(result: Result) -> Sequence[str]:
    item = result.item
    return (
        SIGNS.get(result.status, WORDS[result.status]),
        code(item.conversation),
        code(item.deployment),
        code(f"{item.span.file}:{item.span.line}"),
        overview.attempts(result),
        code(result.reason),
    )


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
