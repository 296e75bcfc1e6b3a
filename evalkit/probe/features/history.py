"""The feature `history`: the turns before the last one are read."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported, unshown
from evalkit.probe.questions import PLAIN, chat, said
from evalkit.probe.seen import Seen

NAME = "Quibble"
ASKED = Question(
    chat(
        said("user", f"My parrot is called {NAME}, and it is two years old. Please remember that."),
        said("assistant", "I will."),
        said("user", "What is my parrot called? Reply with the name alone."),
    )
)


class History(Feature):
    """The reply tells what only an earlier turn says; one without history has a shorter prompt."""

    place = 20
    group = "conversation"
    title = "multi-turn"
    reach = "messages"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED, PLAIN)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        told, plain = seen
        if NAME.casefold() in told.reply.text.casefold():
            return supported()
        if told.prompt and plain.prompt and told.prompt <= plain.prompt:
            return deviates("the turns before the last one add no tokens to the prompt")
        return unshown(told.reply, "nothing of the turns before")
