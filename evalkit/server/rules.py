"""Which rule of a script answers a request."""

from dataclasses import dataclass

from evalkit.server.asked import Asked
from evalkit.server.script import Reply, Rule, Script, When


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to a request, None where no rule fits, and what gave it, in words."""

    reply: Reply | None
    rule: str


class Rules:
    """A script being followed: it remembers how often each rule has answered."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._answered = [0] * len(script.rules)

    def answer(self, asked: Asked) -> Answer:
        """Give the reply of the first rule that fits, and count it.

        Rules that flag something are there for moderation, all others for chats.
        """
        for index, rule in enumerate(self._script.rules):
            before = self._answered[index]
            reply = rule.reply[before % len(rule.reply)]
            about = (reply.flagged is not None) == asked.moderates
            if about and fits(rule.when, asked) and not _spent(rule, before):
                self._answered[index] += 1
                return Answer(reply, f"rule {index + 1}")
        otherwise = None if asked.moderates else self._script.otherwise
        return Answer(otherwise, "otherwise" if otherwise else "no rule")


def _spent(rule: Rule, answered: int) -> bool:
    return rule.times is not None and answered >= rule.times


def fits(when: When, asked: Asked) -> bool:
    """Say whether everything that `when` names holds for a request."""
    facts = (
        (when.turn, asked.turn),
        (when.image, asked.image),
        (when.model, asked.model),
        (when.stream, asked.stream),
    )
    texts = ((when.user, asked.user), (when.system, asked.system))
    alike = all(wanted is None or wanted == fact for wanted, fact in facts)
    return alike and all(words is None or words.match(text) for words, text in texts)
