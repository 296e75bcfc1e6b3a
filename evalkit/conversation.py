"""A conversation as a dialogue: the script's turns go out, the deployment's replies come back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from evalkit import grading
from evalkit.model.chat import CallError, ChatRequest, Message
from evalkit.model.check import Verdict
from evalkit.model.dialogue import Ask, Dialogue
from evalkit.model.outcome import Played
from evalkit.model.suite import Conversation
from evalkit.model.transcript import Exchange, Transcript
from evalkit.model.trial import Item, Trial


@dataclass(frozen=True, slots=True)
class _Step:
    """A turn that asks: its index, the messages it adds, and those before them."""

    index: int
    added: tuple[Message, ...]
    history: tuple[Message, ...]


def play(trial: Trial) -> Dialogue[Played]:
    """Play the conversation from its first turn, until it ends, a call fails or a turn stops it."""
    item, conversation = trial.item, trial.item.conversation
    played = Played(Transcript())
    added = _opening(conversation)
    history: tuple[Message, ...] = ()
    for index, turn in enumerate(conversation.turns):
        added = (*added, Message(role=turn.role, parts=turn.parts))
        if not conversation.requested(index):
            continue
        exchange = yield from _exchange(item, _Step(index, added, history))
        played = _extended(played, exchange)
        if exchange.reply is None:
            break
        if conversation.on_turn_failure == "stop":
            verdicts = yield from grading.turn(conversation, index, played.transcript, item.price)
            played = _graded(played, index, verdicts)
            if _stops(verdicts):
                break
        history, added = (*history, *added, exchange.reply.message), ()
    return played


def _opening(conversation: Conversation) -> tuple[Message, ...]:
    if conversation.system is None:
        return ()
    return (Message(role="system", parts=conversation.system),)


def _exchange(item: Item, step: _Step) -> Dialogue[Exchange]:
    request = _request(item, step)
    exchange = Exchange(
        turn=step.index,
        added=step.added,
        params=request.params,
        response_format=request.response_format,
        tools=request.tools,
        stream=request.stream,
    )
    try:
        reply = yield Ask(item.deployment, request)
    except CallError as error:
        return exchange.model_copy(update={"fault": error.fault})
    return exchange.model_copy(update={"reply": reply})


def _request(item: Item, step: _Step) -> ChatRequest:
    """Build what a turn sends; the deployment's own params are laid under these by the dialect."""
    conversation, turn = item.conversation, item.conversation.turns[step.index]
    streams = item.called is not None and item.called.stream
    return ChatRequest(
        messages=(*step.history, *step.added),
        params={**conversation.params, **turn.params},
        response_format=conversation.response_format,
        tools=conversation.tools,
        stream=streams if conversation.stream is None else conversation.stream,
    )


def _extended(played: Played, exchange: Exchange) -> Played:
    exchanges = (*played.transcript.exchanges, exchange)
    return replace(played, transcript=Transcript(exchanges=exchanges))


def _graded(played: Played, index: int, verdicts: tuple[Verdict, ...]) -> Played:
    return replace(played, verdicts=(*played.verdicts, *verdicts), graded=played.graded | {index})


def _stops(verdicts: Iterable[Verdict]) -> bool:
    return any(verdict.counts and verdict.status != "passed" for verdict in verdicts)
