"""The check `contains_all`."""

from pydantic import ValidationInfo, field_validator

from evalkit.model.check import Verdict, View
from evalkit.reading.text import TextCheck, evidence_of, listed, require_texts


class ContainsAll(TextCheck):
    """The reply contains every text of a list, in any order.

    - contains_all: [refund, 5 days]
      # passes: "in 5 days your refund is there"; fails: "your refund"
    - contains_all: {texts: [REFUND, say "yes"], ignore_case: true, normalize: unicode}
      # passes: "say “yes” to a refund"; fails: "say “yes”"
    """

    texts: tuple[str, ...]

    @field_validator("texts")
    @classmethod
    def _can_fail(cls, texts: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        require_texts(texts, info.data)
        return texts

    def evaluate(self, view: View) -> Verdict:
        pieces = [self.look_for(text, view) for text in self.texts]
        missing = [piece for piece in pieces if not piece.found]
        if not missing:
            reason = f"reply contains {listed(self.texts)}"
            return Verdict(status="passed", reason=reason, evidence=evidence_of(pieces))
        count = f"{len(missing)} of {len(pieces)} texts"
        reason = f"reply lacks {count}: {listed(piece.text for piece in missing)}"
        return Verdict(status="failed", reason=reason, evidence=evidence_of(missing))
