"""The check `rouge`."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, Self

from pydantic import model_validator

from evalkit.model.check import Verdict, View
from evalkit.reading.likeness import ReferenceCheck, References

Variant = Literal["rouge1", "rouge2", "rougeL"]

IDEOGRAPH = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
WORD = re.compile(rf"{IDEOGRAPH}|(?:(?!{IDEOGRAPH})\w)+")


class Rouge(ReferenceCheck):
    """The reply's ROUGE F1 against one text or several is high enough.

    `rougeL` compares the longest row of words that both have in this order, gaps allowed; `rouge1`
    the words that both have, `rouge2` the pairs of neighbours (Lin, 2004). A score is twice what is
    shared over what both have together, from 0 to 1; of several references the best counts. A word
    is a run of letters and digits, unstemmed, or one Chinese or Japanese character.

    - rouge: The cat sat on the mat
      # passes: "the cat lay on the mat"; fails: "a dog barked"
    - rouge: {reference: [on the mat, in the hat], variant: rouge1, min: 1}
      # passes: "the hat in"; fails: "the hat"
    - rouge: {reference: Berlin or Bonn, variant: rouge2, min: 0.6, ignore_case: false}
      # passes: "Berlin or Bonn, perhaps"; fails: "berlin or bonn, perhaps"
    - rouge: {reference: ﬁne weather, min: 1, normalize: unicode}
      # passes: "fine weather"; fails: "fine"
    """

    reference: References
    variant: Variant = "rougeL"
    ignore_case: bool = True

    @model_validator(mode="after")
    def _can_pass(self) -> Self:
        if not all(_units(_words(text), self.variant) for text in self.references):
            what = "two words" if self.variant == "rouge2" else "a word"
            raise ValueError(f"this cannot pass: {self.variant} needs {what} in each reference")
        return self

    def evaluate(self, view: View) -> Verdict:
        words = _words(self.measurable(view))
        references = map(_words, self.references)
        score = max(f1(words, reference, self.variant) for reference in references)
        name = f"ROUGE-{self.variant.removeprefix('rouge')}"
        return self.compared(name, score)


def f1(words: Sequence[str], reference: Sequence[str], variant: Variant) -> float:
    """Give the harmonic mean of precision and recall."""
    ours, theirs = _units(words, variant), _units(reference, variant)
    if not ours or not theirs:
        return 0.0
    if variant == "rougeL":
        shared = _in_order(words, reference)
    else:
        shared = (Counter(ours) & Counter(theirs)).total()
    return 2 * shared / (len(ours) + len(theirs))


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _units(words: Sequence[str], variant: Variant) -> Sequence[object]:
    return list(pairwise(words)) if variant == "rouge2" else words


def _in_order(words: Sequence[str], reference: Sequence[str]) -> int:
    """Measure the longest common subsequence."""
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(words, reference)
