"""The check `similar_text`."""

from pydantic import ValidationInfo, field_validator

from evalkit.model.check import Evidence, Verdict, View
from evalkit.reading.excerpt import shorten
from evalkit.reading.likeness import LikenessCheck, Score, require_comparable
from evalkit.reading.text import difference


class SimilarText(LikenessCheck):
    r"""The reply is spelt about like a text: their edit ratio is high enough.

    The ratio is 1 for equal texts and 0 where nothing is alike: 1 less the fewest characters to
    insert, leave out or replace (Levenshtein), by the length of the longer text. White space counts
    as any character does, unless `normalize` says otherwise. What words mean is held to `similar`.

    - similar_text: Your order has shipped
      # passes: "Your order has shiped."; fails: "Your refund is due"
    - similar_text: {text: COLOUR, min: 0.8, ignore_case: true}
      # passes: "color"; fails: "cool"
    - similar_text: {text: a "fine" list, min: 1, normalize: [whitespace, unicode]}
      # passes: "a “fine”\nlist"; fails: "a fine list"
    """

    text: str
    min: Score = 0.8

    @field_validator("text")
    @classmethod
    def _can_be_judged(cls, text: str, info: ValidationInfo) -> str:
        require_comparable((text,), info.data)
        return text

    def evaluate(self, view: View) -> Verdict:
        from rapidfuzz.distance import Levenshtein

        wanted, reply = self.form.apply(self.text), self.measurable(view)
        ratio = Levenshtein.normalized_similarity(wanted, reply)
        if wanted == reply:
            seen = Evidence(message="no difference", excerpt=shorten(reply))
        else:
            seen = difference(wanted, reply)
        return self.scored("edit ratio", ratio, repr(shorten(self.text)), seen)
