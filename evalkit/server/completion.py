"""A scripted reply in the shapes of OpenAI's API: one JSON object, or the chunks of a stream."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evalkit.server.rules import Asked
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
        return frozenset(self.reply.quirks or self.script.quirks)

    @property
    def text(self) -> str:
        """The text of the reply, with a JSON value written out as the script wants it."""
        reply = self.reply
        if "json_value" in reply.model_fields_set:
            written = json.dumps(reply.json_value, indent=2, ensure_ascii=False)
            fenced = f"```json\n{written}\n```" if reply.fence else written
            return f"{reply.before}{fenced}{reply.after}"
        return self.asked.user if reply.echo else reply.text or ""

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
        choice: Wire = {"index": 0, **place, "finish_reason": self.finish_reason}
        body = self._envelope("chat.completion", [choice])
        if "no_usage" not in self.quirks:
            body["usage"] = self.usage()
        return body

    def chunks(self, *, include_usage: bool) -> Iterator[Wire]:
        """Give the chunks of a stream: the role, the content in pieces, the end, the usage."""
        if "no_role" not in self.quirks:
            yield self._chunk({"role": "assistant", "content": ""})
        if self.reply.reasoning:
            yield self._chunk({"reasoning_content": self.reply.reasoning})
        for piece in self.pieces():
            yield self._chunk({"content": piece})
        if self.reply.refusal:
            yield self._chunk({"refusal": self.reply.refusal})
        for index, call in enumerate(self._calls()):
            yield self._chunk({"tool_calls": [{"index": index, **call}]})
        yield self._chunk({}, self.finish_reason)
        if include_usage and "no_usage" not in self.quirks:
            yield {**self._envelope("chat.completion.chunk", []), "usage": self.usage()}

    def pieces(self) -> list[str]:
        """Cut the text into words, or into runs of `chunk` characters."""
        size, text = self.reply.chunk, self.text
        if size is None:
            return WORD.findall(text)
        return [text[start : start + size] for start in range(0, len(text), size)]

    def usage(self) -> Wire:
        """Count the tokens in words, where the script does not say how many there are."""
        said = self.reply.usage
        prompt = self.asked.words if said.prompt is None else said.prompt
        completion = len(self.text.split()) if said.completion is None else said.completion
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

    def _chunk(self, delta: Wire, finish_reason: str | None = None) -> Wire:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._envelope("chat.completion.chunk", [choice])

    def _envelope(self, kind: str, choices: list[Wire]) -> Wire:
        body: Wire = {
            "id": f"chatcmpl-{self.number}",
            "object": kind,
            "created": CREATED,
            "model": self.script.model,
            "choices": choices,
        }
        if "null_fields" in self.quirks:
            body |= {"object": None, "model": None, "system_fingerprint": None}
        if "no_model" in self.quirks:
            del body["model"]
        return body
