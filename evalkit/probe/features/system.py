"""The feature `system`: a system message governs the reply."""

from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import deviates, supported, unshown
from evalkit.probe.questions import PLAIN, chat, said
from evalkit.probe.seen import Seen

WORD = "banana"
ASKED = Question(
    chat(
        said("system", f"Whatever the user says, reply with the single word {WORD} and no other."),
        said("user", "Hello, who are you?"),
    )
)


class System(Feature):
    """The reply is what only the system message asks for."""

    place = 30
    group = "conversation"
    title = "system role"
    reach = "messages"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED, PLAIN)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        told, plain = seen
        if WORD in told.reply.text.casefold():
            return supported()
        if told.prompt and plain.prompt and told.prompt < plain.prompt:
            return deviates("the system message adds no tokens to the prompt")
        return unshown(told.reply, "nothing of the system message")
