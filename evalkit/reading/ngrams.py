"""BLEU and chrF of one reply, from 0 to 1, as sacrebleu computes them (arXiv:1804.08771)."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

from evalkit.errors import CheckError


class Scored(Protocol):
    score: float


class Metric(Protocol):
    """What is needed of a metric of sacrebleu."""

    def sentence_score(self, hypothesis: str, references: Sequence[str]) -> Scored: ...


def bleu(reply: str, references: Sequence[str]) -> float:
    """Give the BLEU of a sentence, up to the longest n-grams that it has, smoothed.

    Raises CheckError `missing_extra`, as `chrf` does.
    """
    score = _bleu().sentence_score(reply, references).score / 100
    _forget()
    return score


def chrf(reply: str, references: Sequence[str]) -> float:
    """Give the chrF of a sentence: n-grams of up to 6 characters, recall twice as important."""
    return _chrf().sentence_score(reply, references).score / 100


@cache
def _bleu() -> Metric:
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError as error:
        raise _missing("bleu") from error
    return BLEU(effective_order=True)


@cache
def _chrf() -> Metric:
    try:
        from sacrebleu.metrics.chrf import CHRF
    except ImportError as error:
        raise _missing("chrf") from error
    return CHRF()


def _forget() -> None:
    """Empty the caches of its tokenizers, which keep tens of thousands of texts."""
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

    Tokenizer13a.__call__.cache_clear()
    TokenizerRegexp.__call__.cache_clear()


def _missing(name: str) -> CheckError:
    return CheckError("missing_extra", f"{name} needs the extra: pip install 'evalkit[text]'")
