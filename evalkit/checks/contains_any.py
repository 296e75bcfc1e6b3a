"""The check `contains_any`."""

from pydantic import ValidationInfo, field_validator

from evalkit.model.check import Verdict, View
from evalkit.reading.text import TextCheck, evidence_of, listed, require_texts


class ContainsAny(TextCheck):
    """The reply contains at least one text of a list.

    - contains_any: [refund, money back]
      # passes: "you get your money back"; fails: "sorry"
    - contains_any: {texts: [REFUND, "no—yes"], ignore_case: true, normalize: unicode}
      # passes: "No-yes"; fails: "no, yes"
    """

    texts: tuple[str, ...]

    @field_validator("texts")
    @classmethod
    def _can_fail(cls, texts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        require_texts(texts, info.data)
        return texts

    def evaluate(self, view: View) -> Verdict:
        pieces = [self.look_for(text, view) for text in self.texts]
        found = [piece for piece in pieces if piece.found]
        if found:
            reason = f"reply contains {listed(piece.text for piece in found)}"
            return Verdict(status="passed", reason=reason, evidence=evidence_of(found))
        reason = f"reply contains none of {len(pieces)} texts: {listed(self.texts)}"
        return Verdict(status="failed", reason=reason, evidence=evidence_of(pieces))
