"""The check `chrf`."""

from evalkit.model.check import Verdict, View
from evalkit.reading.likeness import ReferenceCheck, References
from evalkit.reading.ngrams import chrf


class Chrf(ReferenceCheck):
    """The reply's chrF against one text or several is high enough (extra `text`).

    chrF counts the rows of 1 to 6 characters that the reply shares with the reference that it is
    most like; from 0 to 1, not to 100. It is computed by sacrebleu, white space left out and recall
    counted twice, and serves languages without spaces and with many endings better than BLEU.

    - chrf: The cat sat on the mat
      # passes: "The cats sat on a mat"; fails: "A dog barked"
    - chrf: {reference: [GOOD MORNING, Good day], min: 0.9, ignore_case: true}
      # passes: "Good morning"; fails: "Good night"
    - chrf: {reference: it is "fine", min: 1, normalize: unicode}
      # passes: "it is “fine”"; fails: "it is “nice”"
    """

    reference: References

    def evaluate(self, view: View) -> Verdict:
        return self.compared("chrF", chrf(self.measurable(view), self.references))
