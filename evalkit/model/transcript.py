"""What was said: the exchanges of one attempt, each a request and its reply or fault."""

from collections.abc import Mapping

from evalkit.model.chat import ChatReply, ChatRequest, Fault, Message
from evalkit.model.data import Json, JsonObject, Recorded


class Exchange(Recorded):
    """One request and its reply.

    `turn` is the index of the turn that asked, from 0. `added` are the messages that this request
    sends beyond the exchange before it and that one's reply, so that a long history is kept once.
    Either `reply` or `fault` is there.
    """

    turn: int
    added: tuple[Message, ...]
    params: Mapping[str, Json] = {}
    response_format: JsonObject | None = None
    tools: tuple[JsonObject, ...] = ()
    stream: bool = False
    reply: ChatReply | None = None
    fault: Fault | None = None


class Transcript(Recorded):
    """The exchanges of one attempt, in order; the last one has a fault when a call failed."""

    exchanges: tuple[Exchange, ...] = ()

    @property
    def fault(self) -> Fault | None:
        return self.exchanges[-1].fault if self.exchanges else None

    @property
    def messages(self) -> tuple[Message, ...]:
        """The whole dialogue so far, replies included."""
        return tuple(message for exchange in self.exchanges for message in _said(exchange))

    def request(self, index: int) -> ChatRequest:
        """Give the request of exchange `index`, with its whole history."""
        exchange = self.exchanges[index]
        before = Transcript(exchanges=self.exchanges[:index]).messages
        return ChatRequest(
            messages=(*before, *exchange.added),
            params=exchange.params,
            response_format=exchange.response_format,
            tools=exchange.tools,
            stream=exchange.stream,
        )


def _said(exchange: Exchange) -> tuple[Message, ...]:
    return (*exchange.added, exchange.reply.message) if exchange.reply else exchange.added
