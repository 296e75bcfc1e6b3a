"""The check `similar`."""

import math
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.model.consultation import EmbeddingRequest
from evalkit.model.dialogue import Ask, Dialogue
from evalkit.model.judging import Judging
from evalkit.reading.excerpt import shorten

Vector = Sequence[float]


class Similar(Check):
    """The reply means about the same as a text: the cosine of their embeddings is high enough.

    The embeddings come from a `deployment` that offers them, or without one from a small model on
    this machine (extra `embed`). Of several texts the nearest counts. How high is high enough
    depends on the model: look at the figures of some replies before you choose `min`. Paraphrases
    often come to no more than 0.6 or 0.7, and a `not` hardly changes the figure.

    - similar: {text: You get your money back, min: 0.9, deployment: embedder}
      # passes: {reply: "We refund you", answers: [{vectors: [[1, 0], [0.9, 0.1]]}]}
      # fails: {reply: "It rains", answers: [{vectors: [[1, 0], [0, 1]]}]}
    - similar: [A refund, Your money back]
      deployment: embedder
      # passes: {reply: "We refund you", answers: [{vectors: [[1, 0], [0, 1], [1, 0.1]]}]}
      # fails: {reply: "It rains", answers: [{vectors: [[1, 1], [0, 1], [1, 0]]}]}
    """

    text: str | Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    min: Annotated[float, Field(gt=0, le=1)] = 0.8
    deployment: str | None = None

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not all(text.strip() for text in self.texts):
            raise ValueError("this cannot be judged: no reply is like an empty text")
        return self

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.text,) if isinstance(self.text, str) else self.text

    def consults(self, judge: Judging) -> tuple[str, ...]:
        del judge
        return (self.deployment,) if self.deployment else ()

    def judge(self, view: View) -> Dialogue[Verdict]:
        texts = (view.reply.text, *self.texts)
        if self.deployment is None:
            vectors: Sequence[Vector] = _offline(texts)
        else:
            reply = yield Ask(self.deployment, EmbeddingRequest(texts=texts))
            vectors = reply.vectors
        likeness = [cosine(vectors[0], vector) for vector in vectors[1:]]
        nearest = max(range(len(likeness)), key=likeness.__getitem__)
        score = likeness[nearest]
        told = f"reply is {score:.3f} like {shorten(self.texts[nearest])!r} ({self.min:g} at least)"
        seen = Evidence(
            message=f"cosine {score:.3f}, at least {self.min:g} is asked for",
            excerpt=shorten(view.reply.text),
        )
        verdict = Verdict.when(score >= self.min, yes=told, no=told, evidence=(seen,))
        return verdict.model_copy(update={"score": score})


def cosine(one: Vector, other: Vector) -> float:
    """Give the cosine of the angle between two vectors, 0 where one has no length."""
    lengths = math.hypot(*one) * math.hypot(*other)
    if not lengths:
        return 0.0
    return math.fsum(left * right for left, right in zip(one, other, strict=True)) / lengths


def _offline(texts: Sequence[str]) -> Sequence[Vector]:
    from evalkit.reading.minilm import embed

    return embed(texts)
