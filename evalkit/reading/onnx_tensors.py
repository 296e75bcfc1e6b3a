"""The tensors of an ONNX file, read without its library: a protocol buffer of numbers and bytes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.number]"
Tensors: TypeAlias = "dict[str, Array]"

GRAPH, INITIALIZER = 7, 5
DIMENSION, TYPE, NAME, CONTENT = 1, 2, 8, 9
"""The keys of what is looked at in a model and its graph, and in a tensor (onnx.proto)."""

BYTES, GOES_ON = 2, 0x80
"""The type of a field that contains bytes, and the bit of a byte with which a number goes on."""

TYPES = {1: "<f4", 3: "i1", 7: "<i8", 9: "?"}
"""The types of ONNX tensors that occur in the file, as numpy names them."""


def read_tensors(onnx: bytes) -> Tensors:
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
