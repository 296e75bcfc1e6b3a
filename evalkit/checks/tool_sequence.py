"""The check `tool_sequence`."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import Authored, JsonObject
from evalkit.reading.schema import LISTED, Violations
from evalkit.reading.tool_calls import NAMED, NO_CALL, Called, calls_in, judgeable, tally, uncalled
from evalkit.reading.wanted_call import Wanted

Order = Literal["exact", "in_order", "any_order"]

MOST = 100
"""The most calls that may be listed."""


class Call(Authored):
    """A tool's name, and arguments that the call has, of more where it does not say `exact`."""

    name: str
    arguments: JsonObject | None = None
    exact: bool = False


class Placing(NamedTuple):
    """For each call that is wanted the one that was made, and why it is not as wanted."""

    made: tuple[Called | None, ...]
    fault: str = ""
    surplus: tuple[Called, ...] = ()


class ToolSequence(Check):
    """Tools are called in this order, all calls of the turn or of the conversation together.

    An item is a tool's name, or a name and arguments as in `tool_call`. With `in_order`, which is
    meant unless it says otherwise, there may be other calls before, between and after them; with
    `any_order` every item needs a call of its own, in whatever order; `exact` allows no other call.

    - tool_sequence: [search, {name: book, arguments: {seat: 4}}]
      # passes: {tool_calls: [{name: search}, {name: log}, {name: book, arguments: '{"seat": 4}'}]}
      # fails: {tool_calls: [{name: book, arguments: '{"seat": 4}'}, {name: search}]}
    - tool_sequence: {names: [search, book], order: exact}
      # passes: {turns: [{tool_calls: [{name: search}]}, {tool_calls: [{name: book}]}]}
      # fails: {turns: [{tool_calls: [{name: search}, {name: log}]}, {tool_calls: [{name: book}]}]}
    - tool_sequence: {names: [search, search, book], order: any_order}
      # passes: {tool_calls: [{name: search}, {name: book}, {name: search}]}
      # fails: {tool_calls: [{name: search}, {name: book}]}
    """

    scopes = frozenset({"turn", "conversation"})

    names: Annotated[tuple[str | Call, ...], Field(max_length=MOST)]
    order: Order = "in_order"

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not self.names:
            raise ValueError(
                "there is no call in it: write no_tool_call: {} if there is to be none"
            )
        for fault in (wanted.fault for wanted in self.wanted):
            if fault:
                raise ValueError(fault)
        return self

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        items = (Call(name=one) if isinstance(one, str) else one for one in self.names)
        return tuple(Wanted(one.name, one.arguments, exact=one.exact) for one in items)

    def evaluate(self, view: View) -> Verdict:
        calls = judgeable(calls_in(view))
        placing = PLACE[self.order](self.wanted, calls)
        listed = _listed(self.wanted)
        return Verdict.when(
            not placing.fault,
            yes=f"{HELD[self.order]}: {listed}",
            no=placing.fault if calls else f"{NO_CALL}, though it should be {listed}",
            evidence=self._evidence(placing) if calls else (uncalled(view),),
        )

    def _evidence(self, placing: Placing) -> tuple[Evidence, ...]:
        found = [
            made.said(f"is {wanted}")
            if made
            else Evidence(pointer=f"names/{index}", message=f"no call is {wanted}")
            for index, (wanted, made) in enumerate(zip(self.wanted, placing.made, strict=True))
        ]
        found += [called.said("is one too many") for called in placing.surplus]
        return Violations(len(found), tuple(found[:LISTED])).evidence


def _exactly(wanted: Sequence[Wanted], calls: Sequence[Called]) -> Placing:
    pairs = tuple(zip(wanted, calls, strict=False))
    made = [called if one.fits(called) else None for one, called in pairs]
    lacking, surplus = wanted[len(calls) :], calls[len(wanted) :]
    fault = next(_faults(pairs), "")
    if not fault and lacking:
        fault = f"call {len(calls) + 1} is missing, {lacking[0]}; {tally(calls)}"
    if not fault and surplus:
        fault = f"call {len(wanted) + 1}, {surplus[0].shown}, is one too many"
    return Placing((*made, *(None for _ in lacking)), fault, tuple(surplus))


def _faults(pairs: Sequence[tuple[Wanted, Called]]) -> Iterator[str]:
    for number, (wanted, called) in enumerate(pairs, 1):
        if called.name != wanted.name:
            yield f"call {number} is {called.shown}, not {wanted}"
        elif not wanted.fits(called):
            yield f"call {number} is not {wanted}: {wanted.misfits(called)}"


def _in_order(wanted: Sequence[Wanted], calls: Sequence[Called]) -> Placing:
    made: list[Called | None] = []
    for called in calls:
        if len(made) < len(wanted) and wanted[len(made)].fits(called):
            made.append(called)
    if len(made) == len(wanted):
        return Placing(tuple(made))
    lacking, last = wanted[len(made)], made[-1] if made else None
    behind = f" behind call {last.number + 1}, {last.shown}" if last else ""
    rest = calls[last.number + 1 :] if last else calls
    fault = f"no call of {lacking}{behind}{_why(lacking, rest, calls)}"
    return Placing((*made, *(None for _ in wanted[len(made) :])), fault)


def _any_order(wanted: Sequence[Wanted], calls: Sequence[Called]) -> Placing:
    candidates: list[list[int]] = [[] for _ in wanted]
    for called in calls:
        for one, numbers in zip(wanted, candidates, strict=True):
            # more calls than there are items are never needed for one of them
            if len(numbers) < len(wanted) and one.fits(called):
                numbers.append(called.number)
    taken = _assign(candidates)
    made = tuple(calls[taken[item]] if item in taken else None for item in range(len(wanted)))
    lacking = [one for one, call in zip(wanted, made, strict=True) if call is None]
    if not lacking:
        return Placing(made)
    rest = [called for called in calls if called.number not in taken.values()]
    return Placing(made, f"no call is left for {_listed(lacking)}{_why(lacking[0], rest, calls)}")


def _assign(candidates: Sequence[Sequence[int]]) -> dict[int, int]:
    """Give calls to as many items as can have one: what is taken may move (Kuhn's algorithm)."""
    owners: dict[int, int] = {}

    def place(item: int, tried: set[int]) -> bool:
        for call in candidates[item]:
            if call not in tried:
                tried.add(call)
                if call not in owners or place(owners[call], tried):
                    owners[call] = item
                    return True
        return False

    for item in range(len(candidates)):
        place(item, set())
    return {item: call for call, item in owners.items()}


def _listed(wanted: Sequence[Wanted]) -> str:
    more = (f"{len(wanted) - NAMED} more",) if len(wanted) > NAMED else ()
    return ", ".join((*map(str, wanted[:NAMED]), *more))


def _why(lacking: Wanted, rest: Sequence[Called], calls: Sequence[Called]) -> str:
    """Tell how the first call of that name is different, or what was called."""
    for called in rest:
        if called.name == lacking.name:
            return f": {lacking.misfits(called)}"
    return f"; {tally(calls)}"


PLACE: Final[dict[Order, Callable[[Sequence[Wanted], Sequence[Called]], Placing]]] = {
    "exact": _exactly,
    "in_order": _in_order,
    "any_order": _any_order,
}
HELD: Final[dict[Order, str]] = {
    "exact": "exactly these calls were made",
    "in_order": "called in this order",
    "any_order": "called in some order",
}
