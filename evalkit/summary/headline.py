"""The verdict of a run in one sentence."""

from collections.abc import Iterable

from evalkit.summary.summarise import ItemStatus, Result, Row, Summary

UNTRIED = ("skipped", "not_run")

_WORST: tuple[ItemStatus, ...] = ("failed", "error", "not_run", "xfailed", "passed", "skipped")


def headline(summary: Summary) -> str:
    """Say what came of the conversations, each counted once by the worst that it came to."""
    return gist(summary) + _rest(_worst(summary))


def gist(summary: Summary) -> str:
    """Say the headline's main clause alone."""
    return _opening(summary) + _sentence(summary, _worst(summary))


def _worst(summary: Summary) -> dict[ItemStatus, int]:
    counts = dict.fromkeys(_WORST, 0)
    for row in summary.rows:
        statuses = {cell.status for cell in row.cells if cell}
        counts[min(statuses, key=_WORST.index)] += 1
    return counts


def _opening(summary: Summary) -> str:
    if not summary.complete:
        return "incomplete record: "
    return "interrupted: " if summary.interrupted else ""


def _sentence(summary: Summary, worst: dict[ItemStatus, int]) -> str:
    if not any(map(_is_tried, summary.rows)):
        return "nothing was run"
    tried = sum(worst.values()) - worst["skipped"]
    if worst["failed"]:
        return _found(summary, "failed", "failed", worst["failed"], tried)
    if worst["error"]:
        return _found(summary, "error", "could not be judged", worst["error"], tried)
    if worst["passed"] < tried:
        return f"{_of(worst['passed'], tried)} passed"
    everything = "all " if tried > 1 else ""
    return f"{everything}{_conversations(tried)} passed{_everywhere(summary)}"


def _is_tried(row: Row) -> bool:
    return any(cell.status not in UNTRIED for cell in row.cells if cell)


def _rest(worst: dict[ItemStatus, int]) -> str:
    """Name what the sentence leaves out; a failure is said first, so errors come after it."""
    words: dict[ItemStatus, str] = {
        "error": "could not be judged",
        "xfailed": "failed as expected",
        "not_run": "not run",
        "skipped": "skipped",
    }
    if not worst["failed"]:
        del words["error"]
    return "".join(f", {worst[key]} {word}" for key, word in words.items() if worst[key])


def _of(count: int, tried: int) -> str:
    return f"{count} of {_conversations(tried)}"


def _conversations(count: int) -> str:
    return f"{count} conversation" + ("" if count == 1 else "s")


def _found(summary: Summary, status: ItemStatus, word: str, count: int, tried: int) -> str:
    """Name the deployment, or how many of them, where there is more than one.

    Where it is one, the conversations that were tried on it are counted.
    """
    if len(summary.deployments) == 1:
        return f"{_of(count, tried)} {word}"
    names = _deployments(result for result in summary.results if result.status == status)
    if len(names) > 1:
        return (
            f"{_of(count, tried)} {word} on {len(names)} of {len(summary.deployments)} deployments"
        )
    there = [result for result in summary.results if result.item.deployment == names[0]]
    tried = sum(result.status != "skipped" for result in there)
    return f"{_of(count, tried)} {word} on {names[0]}"


def _everywhere(summary: Summary) -> str:
    names = _deployments(result for result in summary.results if result.status != "skipped")
    return f" on {len(names)} deployments" if len(names) > 1 else ""


def _deployments(results: Iterable[Result]) -> list[str]:
    return list(dict.fromkeys(result.item.deployment for result in results))
