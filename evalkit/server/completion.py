"""A scripted reply in the shapes of OpenAI's API: one JSON object, or the chunks of a stream."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evalkit.server.asked import Asked
from evalkit.server.script import Reply, Script

CREATED = 1_700_000_000
"""The time of every reply, so that a run can be repeated to the byte."""

WORD = re.compile(r"\s*\S+\s*|\s+")

Wire = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completion:
    """One reply being sent: what the script says, to whom, and as which number."""

    script: Script
    reply: Reply
    asked: Asked
    number: int

    @property
    def quirks(self) -> frozenset[str]:
        own = self.reply.quirks
        return frozenset(self.script.quirks if own is None else own)

    @property
    def delay(self) -> float:
        """Seconds before the first token."""
        return self.script.delay if self.reply.delay is None else self.reply.delay

    @property
    def streamed(self) -> bool:
        return self.asked.stream and "not_streamed" not in self.quirks

    @property
    def text(self) -> str:
        """The text of the reply, with a JSON value written out as the script wants it."""
        reply = self.reply
        if reply.verdict:
            return json.dumps({"reasoning": reply.why, "verdict": self._verdict(reply.verdict)})
        if "json_value" in reply.model_fields_set:
            written = json.dumps(reply.json_value, indent=2, ensure_ascii=False)
            fenced = f"```json\n{written}\n```" if reply.fence else written
            return f"{reply.before}{fenced}{reply.after}"
        return self.asked.user if reply.echo else reply.text or ""

    def _verdict(self, word: str) -> str:
        """Give the word that the request allows for a verdict, with the digits it asks for."""
        return next((one for one in self.asked.verdicts if one.startswith(f"{word}_")), word)

    @property
    def finish_reason(self) -> str | None:
        if "no_finish_reason" in self.quirks:
            return None
        return self.reply.finish_reason or ("tool_calls" if self.reply.tool_calls else "stop")

    def whole(self) -> Wire:
        """Give the body of an unstreamed reply."""
        message = {"role": "assistant", **self._content(self.text or None)}
        if "no_role" in self.quirks:
            del message["role"]
        place: Wire = {"messages": [message]} if "messages" in self.quirks else {"message": message}
        ending = {"logprobs": None, "finish_reason": self.finish_reason}
        choice: Wire = {"index": 0, **place, **ending}
        body = self._envelope("chat.completion", [choice])
        if "no_usage" not in self.quirks:
            body["usage"] = self.usage()
        return body

    def chunks(self) -> Iterator[Wire]:
        """Give the chunks of a stream; usage that is asked for is null in all but the last."""
        usage: Wire = {"usage": None} if self._tells_usage else {}
        for choice in self._choices():
            yield {**self._envelope("chat.completion.chunk", [choice]), **usage}
        if self._tells_usage:
            yield {**self._envelope("chat.completion.chunk", []), "usage": self.usage()}

    @property
    def _tells_usage(self) -> bool:
        return self.asked.include_usage and "no_usage" not in self.quirks

    def _choices(self) -> Iterator[Wire]:
        """Give the role, what is said in pieces, and the end."""
        if "no_role" not in self.quirks:
            yield _choice({"role": "assistant", "content": ""})
        if self.reply.reasoning:
            yield _choice({"reasoning_content": self.reply.reasoning})
        for piece in self.pieces(self.text):
            yield _choice({"content": piece})
        if self.reply.refusal:
            yield _choice({"refusal": self.reply.refusal})
        for index, call in enumerate(self._calls()):
            yield from self._fragments(index, call)
        yield _choice({}, self.finish_reason)

    def _fragments(self, index: int, call: Wire) -> Iterator[Wire]:
        """Give a call as it is streamed: its id and name, then its arguments in pieces."""
        named = {**call, "function": {**call["function"], "arguments": ""}}
        yield _choice({"tool_calls": [{"index": index, **named}]})
        for piece in self.pieces(call["function"]["arguments"]):
            yield _choice({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})

    def pieces(self, text: str) -> list[str]:
        """Cut a text into words, or into runs of `chunk` characters."""
        size = self.reply.chunk
        if size is None:
            return WORD.findall(text)
        return [text[start : start + size] for start in range(0, len(text), size)]

    def usage(self) -> Wire:
        """Count the tokens in words, where the script does not say how many there are."""
        said = self.reply.usage
        prompt = self.asked.words if said.prompt is None else said.prompt
        completion = self._words() if said.completion is None else said.completion
        usage: Wire = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        if said.cached is not None:
            usage["prompt_tokens_details"] = {"cached_tokens": said.cached}
        if said.reasoning is not None:
            usage["completion_tokens_details"] = {"reasoning_tokens": said.reasoning}
        return usage

    def _words(self) -> int:
        calls = [f"{call.name} {json.dumps(call.arguments)}" for call in self.reply.tool_calls]
        said = [self.reply.reasoning or "", self.text, self.reply.refusal or "", *calls]
        return sum(len(text.split()) for text in said)

    def _content(self, text: str | None) -> Wire:
        content: Wire = {"content": text, "refusal": self.reply.refusal}
        if self.reply.reasoning:
            content["reasoning_content"] = self.reply.reasoning
        calls = self._calls()
        return {**content, "tool_calls": calls} if calls else content

    def _calls(self) -> list[Wire]:
        return [
            {
                "id": call.id or f"call_{self.number}_{index}",
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
            }
            for index, call in enumerate(self.reply.tool_calls)
        ]

    def _envelope(self, kind: str, choices: list[Wire]) -> Wire:
        body: Wire = {
            "id": f"chatcmpl-{self.number}",
            "object": kind,
            "created": CREATED,
            "model": self.script.model,
            "system_fingerprint": "fp_scripted",
            "choices": choices,
        }
        if "null_fields" in self.quirks:
            body |= {"object": None, "model": None, "system_fingerprint": None}
        if "no_model" in self.quirks:
            del body["model"]
        return body


def _choice(delta: Wire, finish_reason: str | None = None) -> Wire:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
