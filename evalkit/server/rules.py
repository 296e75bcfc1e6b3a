"""Which rule of a script answers a request."""

from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from evalkit.model.data import JsonObject
from evalkit.server.script import Reply, Rule, Script, When


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules look at in a request; `words` counts those of all its texts."""

    user: str
    system: str
    turn: int
    image: bool
    model: str | None
    stream: bool
    words: int

    @classmethod
    def of(cls, body: JsonObject) -> Self:
        """Read the body of a request; raises ValueError where it has no messages."""
        messages: Any = body.get("messages")
        if not isinstance(messages, list) or not all(isinstance(m, dict) for m in messages):
            message = "messages must be a list of objects"
            raise ValueError(message)
        users = [message for message in messages if message.get("role") == "user"]
        last = users[-1] if users else {}
        system = [text(message) for message in messages if message.get("role") == "system"]
        return cls(
            user=text(last),
            system="\n".join(system),
            turn=len(users),
            image=_has_image(last),
            model=str(body.get("model") or "") or None,
            stream=body.get("stream") is True,
            words=sum(len(text(message).split()) for message in messages),
        )


def text(message: dict[str, Any]) -> str:
    """Join the texts of a message's content."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _has_image(message: dict[str, Any]) -> bool:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type") == "image_url" for part in parts)


class Rules:
    """A script being followed: it remembers how often each rule has answered."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._answered = [0] * len(script.rules)
        self._numbers = count(1)

    def answer(self, asked: Asked) -> tuple[Reply | None, int]:
        """Give the reply, None where no rule fits, and the number of the request from 1."""
        number = next(self._numbers)
        for index, rule in enumerate(self._script.rules):
            before = self._answered[index]
            if fits(rule.when, asked) and not _spent(rule, before):
                self._answered[index] += 1
                return rule.reply[before % len(rule.reply)], number
        return self._script.otherwise, number


def _spent(rule: Rule, answered: int) -> bool:
    return rule.times is not None and answered >= rule.times


def fits(when: When, asked: Asked) -> bool:
    """Say whether everything that `when` names holds for a request."""
    texts = ((when.user, asked.user), (when.system, asked.system))
    facts = (
        (when.turn, asked.turn),
        (when.image, asked.image),
        (when.model, asked.model),
        (when.stream, asked.stream),
    )
    heard = all(words is None or words.match(text) for words, text in texts)
    return heard and all(wanted is None or wanted == fact for wanted, fact in facts)
