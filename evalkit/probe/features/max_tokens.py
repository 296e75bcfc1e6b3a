"""The feature `max_tokens`: a reply is cut at the tokens that it may have."""

import re
from collections.abc import Sequence

from evalkit.model.conformance import Finding
from evalkit.probe.feature import LIMIT, NEWER_LIMIT, Feature, Question, Setting
from evalkit.probe.findings import deviates, supported, unknown
from evalkit.probe.questions import chat, said
from evalkit.probe.seen import Seen

MOST = 16
ASKED = Question(
    chat(said("user", "Count from 1 to 50, with spaces between."), params={LIMIT: MOST})
)


class MaxTokens(Feature):
    """The reply has at most as many tokens, and ends with `length`."""

    place = 130
    group = "limits"
    title = "max_tokens obeyed"
    reach = "request"

    def lacks(self, setting: Setting) -> str | None:
        removed = LIMIT in setting.deployment.profile.removed and not setting.refusal
        return f"the profile never sends {LIMIT!r}" if removed else None

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        if LIMIT in setting.deployment.profile.removed:
            return Finding(status="unsupported", why=setting.refusal)
        one = seen[0]
        used = one.completion or len(re.findall(r"\d+", one.reply.text))
        if used > MOST:
            return deviates(f"{used} tokens came, at most {MOST} were asked for")
        end = one.reply.finish_reason
        if end == "length":
            return _named(setting)
        if one.completion == MOST:
            return deviates(f"the reply was cut, but ends with {end!r}, not with 'length'")
        return unknown(f"the reply ended by itself after {used} of {MOST} tokens")


def _named(setting: Setting) -> Finding:
    """Say by which name the bound is obeyed."""
    if setting.refusal:
        return deviates(f"{LIMIT} is refused, {NEWER_LIMIT} is obeyed: write profile: openai")
    name = setting.deployment.profile.renamed.get(LIMIT)
    return supported(f"as {name}" if name else "")
