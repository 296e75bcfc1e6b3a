"""The check `bleu`."""

from evalkit.model.check import Verdict, View
from evalkit.reading.likeness import ReferenceCheck, References
from evalkit.reading.ngrams import bleu


class Bleu(ReferenceCheck):
    """The reply's BLEU against one text or several is high enough (extra `text`).

    BLEU counts the rows of 1 to 4 words that the reply shares with the references; from 0 to 1, not
    to 100. It is computed by sacrebleu for a single sentence: tokens `13a`, which need spaces
    between words, exponential smoothing, effective order. Of good translations many have less than
    0.5, so look at the figures of some replies before you choose `min`.

    - bleu: The cat sat on the mat
      # passes: "The cat sat on a mat"; fails: "A dog barked"
    - bleu: {reference: [Good morning to you, GOOD DAY], min: 0.9, ignore_case: true}
      # passes: "Good day"; fails: "Good night"
    - bleu: {reference: it is a "yes", min: 1, normalize: unicode}
      # passes: "it is a “yes”"; fails: "it was a “yes”"
    """

    reference: References

    def evaluate(self, view: View) -> Verdict:
        return self.compared("BLEU", bleu(self.measurable(view), self.references))
