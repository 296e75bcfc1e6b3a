"""BLEU and chrF."""

import subprocess
import sys

import pytest
from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

from evalkit.reading.ngrams import bleu, chrf

ABSENT = """
import sys
sys.modules["sacrebleu"] = None
from evalkit.errors import CheckError
from evalkit.reading.ngrams import {name}
try:
    {name}("a", ["a"])
except CheckError as error:
    print(error.kind, error)
"""


@pytest.mark.parametrize(
    ("reply", "references", "score"),
    [
        ("the cat sat", ["the cat sat"], 1.0),
        ("yes", ["yes"], 1.0),
        ("no", ["yes"], 0.0),
        ("", ["yes"], 0.0),
        ("The dog bit the man.", ["The dog had bit the man."], 0.5115),
        ("a b c d", ["x", "a b c d"], 1.0),
    ],
    ids=["equal", "one word", "other", "empty", "sentence", "second reference"],
)
def test_bleu_of_a_sentence_is_from_0_to_1(reply: str, references: list[str], score: float) -> None:
    assert bleu(reply, references) == pytest.approx(score, abs=0.001)


@pytest.mark.parametrize(
    ("reply", "references", "score"),
    [
        ("the cat sat", ["the cat sat"], 1.0),
        ("the cat sat", ["thecatsat"], 1.0),
        ("no", ["yes"], 0.0),
        ("", ["yes"], 0.0),
        ("ab", ["xy", "ab"], 1.0),
        ("ac", ["ab"], 0.25),
    ],
    ids=["equal", "white space", "other", "empty", "best reference", "half of the letters"],
)
def test_chrf_of_a_sentence_is_from_0_to_1(reply: str, references: list[str], score: float) -> None:
    assert chrf(reply, references) == pytest.approx(score, abs=0.001)


def test_no_text_is_kept() -> None:
    bleu("some text", ["another text"])

    assert TokenizerRegexp.__call__.cache_info().currsize == 0


@pytest.mark.parametrize("name", ["bleu", "chrf"])
def test_without_the_extra_it_is_told_what_to_install(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ABSENT.format(name=name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == (f"missing_extra {name} needs the extra: pip install 'evalkit[text]'\n")
