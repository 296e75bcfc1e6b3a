"""Lays an attempt out as a conversation to read."""

import json
from collections.abc import Iterator

from evalkit.model.chat import (
    ChatReply,
    ChatRequest,
    Fault,
    MediaPart,
    Message,
    Part,
    TextPart,
    ToolCall,
    Try,
)
from evalkit.model.check import Verdict
from evalkit.model.consultation import Consultation, EmbeddingReply, EmbeddingRequest
from evalkit.model.outcome import Outcome
from evalkit.model.transcript import Exchange
from evalkit.report.hints import HINTS
from evalkit.report.media import Gallery
from evalkit.report.talk import (
    Badge,
    Bubble,
    Call,
    Consulted,
    Finding,
    Mark,
    Piece,
    Step,
    Talk,
    Trouble,
    Where,
)
from evalkit.report.text import Cut, anchor, duration, line, plural
from evalkit.summary import Result

LONG_PROMPT = 400
"""From how many characters on a system prompt is folded."""


def where(result: Result) -> Where:
    item = result.item
    return Where(anchor(item.id), f"{item.span.file}:{item.span.line}", line(item.description))


def tell(result: Result, gallery: Gallery) -> tuple[Talk, ...]:
    """Lay out the attempts of an item, the first that does not hold opened."""
    bad = [outcome.attempt for outcome in result.outcomes if outcome.status != "passed"]
    labels = result.item.labels
    return tuple(
        _talk(outcome, labels, gallery, opened=outcome.attempt in bad[:1])
        for outcome in result.outcomes
    )


def _talk(
    outcome: Outcome, labels: tuple[str | None, ...], gallery: Gallery, *, opened: bool
) -> Talk:
    exchanges = outcome.transcript.exchanges
    last = {exchange.turn: index for index, exchange in enumerate(exchanges)}
    steps = []
    for index, exchange in enumerate(exchanges):
        own = [v for v in outcome.verdicts if v.turn == exchange.turn]
        marks = own if last[exchange.turn] == index else []
        label = labels[exchange.turn] if exchange.turn < len(labels) else None
        steps.append(_step(exchange, label or "", marks, gallery))
    return Talk(
        trial=outcome.trial,
        number=outcome.attempt,
        status=outcome.status,
        reason=outcome.reason,
        short=line(outcome.reason),
        seconds=duration(outcome.seconds),
        steps=tuple(steps),
        marks=tuple(_mark(verdict) for verdict in outcome.verdicts if verdict.turn not in last),
        open=opened,
    )


def _step(exchange: Exchange, label: str, verdicts: list[Verdict], gallery: Gallery) -> Step:
    reply, fault = exchange.reply, exchange.fault
    tries = reply.tries if reply else fault.tries if fault else ()
    return Step(
        turn=exchange.turn + 1,
        label=label,
        said=tuple(_bubble(message, gallery) for message in exchange.added),
        answer=_answer(reply) if reply else None,
        reasoning=Cut.of(reply.reasoning) if reply and reply.reasoning else None,
        trouble=_trouble(fault) if fault else None,
        facts=_facts(reply) if reply else (),
        badges=_badges(reply) if reply else (),
        request=_request(exchange),
        tries=tuple(_try(number, tried) for number, tried in enumerate(tries, 1)),
        marks=tuple(_mark(verdict) for verdict in verdicts),
    )


def _bubble(message: Message, gallery: Gallery) -> Bubble:
    pieces = tuple(_piece(part, gallery) for part in message.parts)
    long = message.role in {"system", "developer"} and len(message.text) > LONG_PROMPT
    return Bubble(message.role, pieces, _calls(message.tool_calls), long=long)


def _calls(calls: tuple[ToolCall, ...]) -> tuple[Call, ...]:
    return tuple(Call(call.name, Cut.of(call.arguments)) for call in calls)


def _answer(reply: ChatReply) -> Bubble:
    pieces = [_text(reply.text)] if reply.text else []
    if reply.refusal:
        pieces += [Piece(note="refusal"), _text(reply.refusal)]
    if not pieces and not reply.tool_calls:
        pieces.append(Piece(note="empty reply"))
    return Bubble("assistant", tuple(pieces), _calls(reply.tool_calls))


def _piece(part: Part, gallery: Gallery) -> Piece:
    if isinstance(part, TextPart):
        return _text(part.text)
    if part.type == "image" and part.attachment:
        return Piece(picture=gallery.show(part.attachment))
    return Piece(note=_named(part))


def _named(part: MediaPart) -> str:
    kind = type(part).__name__.removesuffix("Part").lower()
    if part.attachment:
        return f"{kind}: {part.attachment.name} ({part.attachment.media_type})"
    return f"{kind}, fetched by the deployment: {part.url or 'no address'}"


def _text(text: str) -> Piece:
    ends = text.strip()[:1] + text.strip()[-1:]
    return Piece(text=Cut.of(text), is_json=ends in {"{}", "[]"})


def _trouble(fault: Fault) -> Trouble:
    status = (f"HTTP {fault.status}",) if fault.status else ()
    request = (f"request id {fault.request_id}",) if fault.request_id else ()
    return Trouble(
        kind=fault.kind,
        message=Cut.of(fault.message),
        hint=HINTS[fault.kind],
        facts=status + request,
        partial=_answer(fault.partial) if fault.partial else None,
    )


def _facts(reply: ChatReply) -> tuple[str, ...]:
    facts = []
    if reply.timing:
        facts.append(duration(reply.timing.total))
        if reply.timing.first_token is not None:
            facts.append(f"first token {duration(reply.timing.first_token)}")
    usage = reply.usage
    if usage and (usage.prompt, usage.completion) != (None, None):
        counts = [("?" if n is None else f"{n:,}") for n in (usage.prompt, usage.completion)]
        facts.append(f"{' → '.join(counts)} tokens")
    elif usage and usage.total is not None:
        facts.append(plural(usage.total, "token"))
    return (*facts, reply.model) if reply.model else tuple(facts)


def _badges(reply: ChatReply) -> tuple[Badge, ...]:
    badges = []
    if reply.streamed:
        badges.append(Badge("streamed"))
    if reply.finish_reason not in {None, "stop"}:
        badges.append(Badge(f"finish: {reply.finish_reason}"))
    if reply.result != "ok":
        badges.append(Badge(reply.result, "what became of the reply", "error"))
    if len(reply.tries) > 1:
        again = plural(len(reply.tries) - 1, "retry", "retries")
        badges.append(Badge(again, "the requests are listed below", "error"))
    badges += [Badge(warning.name, warning.detail, "error") for warning in reply.warnings]
    return tuple(badges)


def _request(exchange: Exchange) -> Cut:
    data = {
        "params": dict(exchange.params),
        "response_format": exchange.response_format,
        "stream": exchange.stream,
    }
    kept = {key: value for key, value in data.items() if value}
    return Cut.of(json.dumps(kept, indent=2, ensure_ascii=False)) if kept else Cut("")


def _try(number: int, tried: Try) -> str:
    came = " ".join(
        filter(None, (f"HTTP {tried.status}" if tried.status else "", tried.kind or ""))
    )
    waited = f", waited {duration(tried.waited)} before" if tried.waited else ""
    named = f", request id {tried.request_id}" if tried.request_id else ""
    return f"try {number}: {came or 'no answer'} after {duration(tried.seconds)}{waited}{named}"


def _mark(verdict: Verdict) -> Mark:
    return Mark(
        status=verdict.status,
        check=verdict.check or "check",
        label=verdict.label or "",
        reason=Cut.of(verdict.reason),
        place=f"{verdict.span.file}:{verdict.span.line}" if verdict.span else "",
        optional=verdict.optional,
        evidence=tuple(_findings(verdict)),
        parts=tuple(map(_mark, verdict.parts)),
        asked=tuple(map(_consulted, verdict.asked)),
    )


def _findings(verdict: Verdict) -> Iterator[Finding]:
    """Show evidence, unless the checks inside show their own, or it holds and nothing is said."""
    for entry in () if verdict.parts else verdict.evidence:
        if entry.message or verdict.status != "passed":
            yield Finding(entry.pointer, entry.message, Cut.of(entry.excerpt))


def _consulted(asked: Consultation) -> Consulted:
    reply, request = asked.reply, asked.request
    if isinstance(request, ChatRequest):
        sent = "\n\n".join(f"{said.role}: {said.text}" for said in request.messages)
    else:
        sent = "\n".join(request.texts if isinstance(request, EmbeddingRequest) else [request.text])
    usage = reply.usage if reply else None
    facts = (f"{usage.total:,} tokens",) if usage and usage.total is not None else ()
    return Consulted(asked.deployment, Cut.of(sent), Cut.of(_told(asked)), facts)


def _told(asked: Consultation) -> str:
    """Say in a text what an asked deployment answered."""
    if asked.fault:
        return f"{asked.fault.kind}: {asked.fault.message}"
    if isinstance(asked.reply, ChatReply):
        return asked.reply.text or asked.reply.refusal or "empty reply"
    if isinstance(asked.reply, EmbeddingReply):
        return f"{len(asked.reply.vectors)} vectors of {len(asked.reply.vectors[0])} numbers"
    flagged = ", ".join(asked.reply.categories) if asked.reply else ""
    return f"flagged: {flagged}" if flagged else "nothing is flagged"
