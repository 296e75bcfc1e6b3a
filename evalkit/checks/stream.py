"""The check `stream`."""

from collections.abc import Iterator
from typing import NamedTuple, Self

from pydantic import model_validator

from evalkit.errors import CheckError
from evalkit.model.chat import ChatReply, StreamFacts
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.limit import Limit
from evalkit.reading.measured import require_decisive
from evalkit.reading.usage import count


class _Trait(NamedTuple):
    """A part of what a stream should be: whether it is so, and what there is of it."""

    fact: str
    holds: bool
    yes: str
    no: str

    @property
    def told(self) -> str:
        return self.yes if self.holds else self.no

    @property
    def evidence(self) -> Evidence:
        pointer = self.fact if self.fact == "usage" else f"stream.{self.fact}"
        return Evidence(pointer=pointer, message=self.told)


class Stream(Check):
    """The replies were streamed as OpenAI's API defines it: in order, with one finish and an end.

    `order` wants the role first and nothing after the finish reason, `finish` exactly one finish
    reason, `usage` token counts and `end` the last event `[DONE]`; false lets a part be. `chunks`
    limits how many chunks hold something of a reply. All exchanges in view are looked at.

    - stream: {}
      # passes: {stream: {role_first: true, finishes: 1, done: true}, usage: {total: 9}}
      # fails: {stream: {role_first: true, finishes: 2, done: true}, usage: {total: 9}}
    - stream: {order: false, finish: false, usage: false, end: true}
      # passes: {stream: {done: true}}; fails: {stream: {done: false}}
    - stream: {usage: false, chunks: {min: 2}}
      # passes: {stream: {role_first: true, finishes: 1, done: true, contents: 2}}
      # fails: {stream: {role_first: true, finishes: 1, done: true, contents: 1}}
    """

    order: bool = True
    finish: bool = True
    usage: bool = True
    end: bool = True
    chunks: Limit | None = None

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if not (self.order or self.finish or self.usage or self.end or self.chunks):
            raise ValueError("this cannot fail: leave one of its parts on, or give chunks")
        require_decisive((self.chunks,))
        return self

    @property
    def needs_stream(self) -> bool:
        return True

    def evaluate(self, view: View) -> Verdict:
        replies = [exchange.reply for exchange in view.exchanges if exchange.reply]
        traits = [trait for reply in replies for trait in self._traits(reply)]
        good = dict.fromkeys(trait.told for trait in traits if trait.holds)
        bad = dict.fromkeys(trait.told for trait in traits if not trait.holds)
        return Verdict.when(
            not bad,
            yes=f"stream has {', '.join(good)}",
            no=f"stream has {', '.join(bad)}",
            evidence=tuple(trait.evidence for trait in traits),
        )

    def _traits(self, reply: ChatReply) -> Iterator[_Trait]:
        facts = _facts(reply)
        if self.order:
            yield _Trait("role_first", facts.role_first, "the role first", "no role first")
            late = f"{_plural(facts.late, 'chunk')} after the finish"
            yield _Trait("late", not facts.late, "nothing after the finish", late)
        if self.finish:
            finishes = _plural(facts.finishes, "finish reason")
            yield _Trait("finishes", facts.finishes == 1, finishes, finishes)
        if self.usage:
            yield _Trait("usage", count("total", reply) is not None, "usage", "no usage")
        if self.end:
            yield _Trait("done", facts.done, "[DONE]", "no [DONE]")
        if self.chunks:
            chunks, limit = _plural(facts.contents, "chunk"), self.chunks
            kept = limit.allows(facts.contents)
            yield _Trait("contents", kept, f"{chunks} ({limit})", f"{chunks}, not {limit}")


def _facts(reply: ChatReply) -> StreamFacts:
    if reply.stream is None:
        came = "how the reply was streamed is not recorded"
        raise CheckError("unknown", came if reply.streamed else "the reply was not streamed")
    return reply.stream


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
