"""The check `judge`."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from evalkit.errors import CheckError
from evalkit.model.chat import CallError, ChatRequest
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.data import Authored, Json, JsonObject
from evalkit.model.deployment import Params
from evalkit.model.dialogue import Ask, Dialogue, together
from evalkit.model.judging import Judging
from evalkit.reading.dialogue_text import as_data
from evalkit.reading.excerpt import shorten
from evalkit.reading.judgement import (
    MOST_JUDGED,
    Case,
    Example,
    Vote,
    again,
    read_vote,
    suspicion,
)
from evalkit.reading.rubrics import PRESETS, Preset


class GradedExample(Authored):
    """A reply, how it is to be graded, `true`, `false` or a score, and why."""

    reply: str
    grade: bool | int
    why: str = ""


class Judge(Check):
    """Another model finds that a rubric is met, by yes or no, or on a scale.

    It is asked `votes` times at once. Without a `scale` more than half of the votes have to say
    yes, or the share `threshold`; with `scale: 5` it grades from 1 to 5, and the mean of the votes
    has to reach `threshold`. What is judged is given to it as data between fences, and a verdict
    that cannot be read is asked for once more, then an error. A model can still be misled: this is
    a likelihood, no guarantee.

    - judge: Offers another way to identify the order
      # passes: {reply: "Your address will do.", answers: ['{"verdict": "pass_a9826360"}']}
      # fails: {reply: "Then I cannot help.", answers: ['{"verdict": "fail_b014e9a1"}']}
    - judge: {preset: faithfulness, context: "Returns are free.", deployment: referee, votes: 3}
      # passes: {reply: "It is free.", answers: ['{"verdict": "pass_1b723353"}']}
      # fails: {reply: "It costs 5 €.", answers: ['{"verdict": "fail_2a5519a6"}']}
    - judge: {rubric: Is polite, scale: 5, threshold: 4, params: {temperature: 0}}
      # passes: {reply: "Gladly!", answers: ['{"verdict": "score_5_90bc7c70"}']}
      # fails: {reply: "No.", answers: ['{"verdict": "score_2_ef6480af"}']}
    """

    scopes = frozenset({"turn", "conversation"})

    rubric: str | None = None
    preset: Preset | None = None
    reference: str | None = None
    context: str | None = None
    scale: Annotated[int, Field(ge=2, le=10)] | None = None
    threshold: float | None = None
    votes: Annotated[int, Field(ge=1, le=25)] | None = None
    examples: tuple[GradedExample, ...] = ()
    deployment: str | None = None
    params: Params = {}
    structured: bool = True

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        needs = PRESETS[self.preset].needs if self.preset else "rubric"
        if needs and not getattr(self, needs):
            of = f"preset {self.preset} needs {needs}" if self.preset else "write a rubric"
            raise ValueError(f"{of}, and it must not be empty")
        if self.rubric and self.preset and needs != "rubric":
            raise ValueError(f"preset {self.preset} has a rubric of its own: leave out one of them")
        self._check_threshold()
        for example in self.examples:
            _ = self._word(example.grade)
        return self

    def _check_threshold(self) -> None:
        if self.scale is None:
            if self.threshold is not None and not 0 < self.threshold <= 1:
                raise ValueError("without a scale, threshold is a share of votes above 0 up to 1")
        elif self.threshold is None:
            raise ValueError(f"a scale needs a threshold: the least mean, such as {self.scale - 1}")
        elif not 1 < self.threshold <= self.scale:
            raise ValueError(f"threshold must be above 1 and at most {self.scale}")

    def consults(self, judge: Judging) -> tuple[str, ...]:
        name = self.deployment or judge.deployment
        if name is None:
            where = "judge: {deployment: NAME} on the conversation or its defaults"
            raise ValueError(f"nobody judges: write deployment: NAME here, or {where}")
        return (name,)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The grades as words, the worst first."""
        if self.scale is None:
            return ("fail", "pass")
        return tuple(f"score_{score}" for score in range(1, self.scale + 1))

    def judge(self, view: View) -> Dialogue[Verdict]:
        case = self._case(view)
        if len(case.judged) > MOST_JUDGED:
            message = f"more than {MOST_JUDGED:,} characters are to be judged"
            raise CheckError("too_large", message)
        count = self.votes or view.judge.votes or 1
        votes = yield from together([self._vote(case, view.judge) for _ in range(count)])
        cast = [vote for vote in votes if isinstance(vote, Vote)]
        lost = [vote for vote in votes if isinstance(vote, CheckError)]
        least = self._score([*cast, *[Vote(0, "")] * len(lost)])
        most = self._score([*cast, *[Vote(len(self.words) - 1, "")] * len(lost)])
        if self._reached(least) != self._reached(most):
            raise lost[0]
        return self._verdict(case, cast, view)

    def _vote(self, case: Case, judging: Judging) -> Dialogue[Vote | CheckError]:
        """Ask for one verdict, and once more where there is none."""
        (name,) = self.consults(judging)
        request = ChatRequest(
            messages=case.messages,
            params={**judging.params, **self.params},
            response_format=case.response_format if self.structured else None,
        )
        why = ""
        for _ in range(2):
            try:
                reply = yield Ask(name, request)
            except CallError as error:
                return CheckError("judge", f"{name}: {error.fault.kind}: {error.fault.message}")
            vote = read_vote(case, reply)
            if isinstance(vote, Vote):
                return vote
            why = vote
            request = request.model_copy(update={"messages": again(request.messages, reply)})
        return CheckError("judge_unparsable", f"{name} gave no verdict, asked twice: {why}")

    def _case(self, view: View) -> Case:
        preset = PRESETS[self.preset].text if self.preset else ""
        rubric = "\n".join(filter(None, (preset, self.rubric)))
        examples = tuple(
            Example(one.reply, self._word(one.grade), one.why) for one in self.examples
        )
        return Case(rubric, self._data(view), self.words, examples)

    def _data(self, view: View) -> JsonObject:
        """Give what is judged: the conversation, of a turn the last reply apart."""
        given: dict[str, Json] = {"context": self.context, "reference": self.reference}
        data: JsonObject = {key: text for key, text in given.items() if text is not None}
        last = max(view.transcript.exchanges.index(one) for one in view.exchanges[-1:])
        request = view.transcript.request(last)
        if view.turn is None:
            return {**data, "conversation": as_data((*request.messages, view.reply.message))}
        (reply,) = as_data([view.reply.message])
        return {**data, "conversation": as_data(request.messages), "reply": reply}

    def _word(self, grade: bool | int) -> str:  # noqa: FBT001 - what stands in the YAML
        if self.scale is None and isinstance(grade, bool):
            return "pass" if grade else "fail"
        if self.scale and not isinstance(grade, bool) and 1 <= grade <= self.scale:
            return f"score_{grade}"
        wanted = f"a score from 1 to {self.scale}" if self.scale else "true or false"
        raise ValueError(f"the grade of an example must be {wanted}")

    def _score(self, votes: Sequence[Vote]) -> float:
        """Give the share of the votes that say yes, or the mean of their scores."""
        total = sum(vote.rank for vote in votes)
        return total / len(votes) if self.scale is None else total / len(votes) + 1

    def _reached(self, score: float) -> bool:
        half = 0.5
        return score > half if self.threshold is None else score >= self.threshold

    def _verdict(self, case: Case, votes: Sequence[Vote], view: View) -> Verdict:
        score = self._score(votes)
        holds = self._reached(score)
        told = self._told(votes, score, holds=holds)
        seen = suspicion(view.reply.text)
        flag = (Evidence(message="injection_suspected", excerpt=shorten(seen)),) if seen else ()
        evidence = tuple(
            Evidence(
                pointer=f"vote {number}", message=case.words[vote.rank], excerpt=vote.reasoning
            )
            for number, vote in enumerate(votes, 1)
        )
        verdict = Verdict.when(holds, yes=told, no=told, evidence=(*evidence, *flag))
        return verdict.model_copy(update={"score": score})

    def _told(self, votes: Sequence[Vote], score: float, *, holds: bool) -> str:
        """Say how the votes went, with the reasoning of one that decided."""
        if self.scale is None:
            met = sum(vote.rank for vote in votes)
            verb = "is" if holds else "is not"
            told = f"rubric {verb} met ({met} of {len(votes)} votes)"
        else:
            told = f"score {score:.3g} of {self.scale}, where {self.threshold:g} is asked for"
        ranked = sorted(votes, key=lambda vote: vote.rank, reverse=holds)
        why = ranked[0].reasoning.rstrip(" .")
        return f"{told}: {shorten(why, 200)}" if why else told
