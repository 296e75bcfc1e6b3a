"""What expectations need of a deployment or of others, and what nothing could meet."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from evalkit.errors import Mistake, did_you_mean
from evalkit.model.check import Check, Expectation
from evalkit.model.deployment import Draft
from evalkit.model.suite import Conversation, Suite
from evalkit.planner.cases import Case


def checks(conversation: Conversation) -> Iterator[tuple[Expectation, Check]]:
    """Give every check of a conversation, those inside others too, with its expectation."""
    of_turns = (demand for turn in conversation.turns for demand in turn.expect)
    for demand in (*of_turns, *conversation.expect):
        if isinstance(demand.check, Check):
            yield from ((demand, check) for check in demand.check.family)


def unmeetable(cases: Sequence[Case], rendered: Mapping[int, Conversation]) -> Iterator[Mistake]:
    """Find expectations that nothing can meet: of a stream, or a schema, that is not asked for."""
    for case in cases:
        conversation = rendered[id(case.conversation)]
        streams = case.draft.stream if conversation.stream is None else conversation.stream
        sends_schema = "json_schema" in (conversation.response_format or {})
        for demand, check in checks(conversation):
            if check.needs_stream and not streams:
                message = f"{demand.name} needs a stream, and {case.draft.name!r} does not stream"
                hint = "write stream: true, on the deployment or on the conversation"
                yield Mistake(demand.span, message, hints=(hint,))
            if check.needs_schema and not sends_schema:
                message = f"{demand.name} needs the schema that was sent, and none is"
                hint = "write response_format: {json_schema: PATH}, or the schema's path here"
                yield Mistake(demand.span, message, hints=(hint,))


def consulted(
    suite: Suite, conversation: Conversation, mistakes: list[Mistake]
) -> tuple[Draft, ...]:
    """Give the deployments that a conversation's checks ask, and note those that are not there."""
    known = {draft.name: draft for draft in suite.deployments}
    found: dict[str, Draft] = {}
    for demand, check in checks(conversation):
        note = partial(Mistake, demand.span)
        try:
            names = check.consults(conversation.judge)
        except ValueError as error:
            mistakes.append(note(f"{demand.name}: {error}"))
            continue
        for name in names:
            if name in known:
                found[name] = known[name]
            else:
                hints = did_you_mean(name, known) or (f"the suite knows {', '.join(known)}",)
                message = f"{demand.name}: no deployment is called {name!r}"
                mistakes.append(note(message, hints=hints))
    return tuple(found.values())
