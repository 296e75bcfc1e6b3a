"""What an item that does not hold says on the console and in JUnit: place, turn and reply."""

from collections.abc import Iterator, Sequence

from evalkit.model.chat import ChatReply
from evalkit.model.check import Verdict
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange, Transcript
from evalkit.report.console import clean
from evalkit.summary import Settled

SHOWN = 600
"""Characters of a text that are shown."""

LINES = 20
"""Lines of a reply that are shown."""


def explain(place: str, settled: Settled, outcomes: Sequence[Outcome]) -> str:
    """Explain the conversation at `place`, by its attempts that failed or could not be judged."""
    lines = [clean(settled.reason, single_line=True), f"  at {place}"]
    for outcome in outcomes:
        if outcome.status != "passed":
            lines += _attempt(outcome, several=len(outcomes) > 1)
    return "\n".join(lines)


def _attempt(outcome: Outcome, *, several: bool) -> Iterator[str]:
    if several:
        yield f"attempt {outcome.attempt}: {outcome.status}"
    transcript = outcome.transcript
    wanting = [verdict for verdict in outcome.verdicts if verdict.status != "passed"]
    for turn in sorted({v.turn for v in wanting if v.turn is not None} | _faulted(transcript)):
        yield from _turn(turn, transcript, [v for v in wanting if v.turn == turn])
    whole = [verdict for verdict in wanting if verdict.turn is None]
    if whole:
        yield "  the whole conversation"
        for verdict in whole:
            yield from _verdict(verdict)
    if not wanting and transcript.fault is None:
        yield f"  {clean(outcome.reason, single_line=True)}"


def _faulted(transcript: Transcript) -> set[int]:
    return {transcript.exchanges[-1].turn} if transcript.fault else set()


def _turn(turn: int, transcript: Transcript, verdicts: Sequence[Verdict]) -> Iterator[str]:
    for exchange in transcript.exchanges:
        if exchange.turn == turn:
            yield from _exchange(turn, exchange)
    for verdict in verdicts:
        yield from _verdict(verdict)


def _exchange(turn: int, exchange: Exchange) -> Iterator[str]:
    said = exchange.added[-1].text if exchange.added else ""
    yield f"  turn {turn + 1}: {_excerpt(said, 120)}"
    if exchange.reply:
        yield from _reply(exchange.reply)
    if exchange.fault:
        yield f"    no reply ({exchange.fault.kind}): {_excerpt(exchange.fault.message, SHOWN)}"
        if exchange.fault.partial and exchange.fault.partial.text:
            yield from _text("had arrived", exchange.fault.partial.text)


def _reply(reply: ChatReply) -> Iterator[str]:
    if reply.text or not reply.tool_calls:
        yield from _text("reply", reply.text)
    for call in reply.tool_calls:
        yield f"    calls {_excerpt(f'{call.name}({call.arguments})', SHOWN)}"
    if reply.finish_reason not in (None, "stop", "tool_calls"):
        yield f"    ended: {_excerpt(str(reply.finish_reason), SHOWN)}"


def _text(what: str, text: str) -> Iterator[str]:
    """Show several lines behind a rule, so that none of them passes for a line of the report."""
    lines = clean(text[: SHOWN * 4]).strip("\n").splitlines()
    if len(lines) <= 1:
        yield f"    {what}: {_excerpt(text.strip(), SHOWN) or '(no text)'}"
        return
    yield f"    {what}:"
    yield from (f"      | {_excerpt(line, 200)}" for line in lines[:LINES])
    if len(lines) > LINES or len(text) > SHOWN * 4:
        yield f"      | … ({len(text)} characters)"


def _verdict(verdict: Verdict) -> Iterator[str]:
    name = f"{verdict.check} ({verdict.label})" if verdict.label else verdict.check
    status = f"optional, {verdict.status}" if verdict.optional else verdict.status
    yield f"    {status}: {clean(name, single_line=True)}: {_excerpt(verdict.reason, SHOWN)}"
    if verdict.span:
        yield f"      at {verdict.span}"
    for evidence in verdict.evidence:
        if evidence.message and evidence.message not in verdict.reason:
            shown = evidence.excerpt and evidence.excerpt not in evidence.message
            what = f"{evidence.message}: {evidence.excerpt}" if shown else evidence.message
            yield f"      {_excerpt(f'{evidence.pointer} {what}'.strip(), 200)}"


def _excerpt(text: str, length: int) -> str:
    flat = clean(text, single_line=True)
    return flat if len(flat) <= length else f"{flat[:length]}… ({len(text)} characters)"
