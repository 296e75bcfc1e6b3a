"""OpenAI's embeddings: the body of a request, and the vectors of a reply."""

import math
from functools import partial

from evalkit.dialect import faults
from evalkit.dialect.answers import counts, objects, read_object, word
from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.model.consultation import EmbeddingReply, EmbeddingRequest
from evalkit.model.data import Json, JsonObject
from evalkit.model.deployment import Deployment

PATH = "/embeddings"


def body(request: EmbeddingRequest, deployment: Deployment) -> JsonObject:
    """Give what is sent; the deployment's params are part of it."""
    model: JsonObject = {"model": deployment.model} if deployment.model else {}
    texts: list[Json] = [*request.texts]
    return {**model, **deployment.params, "input": texts}


def reader(texts: int) -> "partial[EmbeddingReply]":
    """Give the function that reads the reply to a request of so many texts."""
    return partial(_read, texts)


def _read(texts: int, asked: Asked, head: Head, data: bytes) -> EmbeddingReply:
    """Read a reply; raises CallError where it does not hold a vector for each text."""
    found = read_object(asked, head, data)
    rows = sorted(objects(found.get("data")), key=_index)
    vectors = [_vector(row.get("embedding")) for row in rows]
    lengths = {len(vector) for vector in vectors if vector}
    if len(vectors) != texts or None in vectors or len(lengths) != 1:
        why = f"{len(rows)} embeddings for {texts} texts, or not of numbers alike"
        raise faults.invalid(asked, head, why, str(found)[:200])
    return EmbeddingReply(
        vectors=tuple(vector for vector in vectors if vector is not None),
        usage=counts(found.get("usage")),
        model=word(found.get("model")),
    )


def _index(row: JsonObject) -> int:
    index = row.get("index")
    return index if isinstance(index, int) else 0


def _vector(value: Json) -> tuple[float, ...] | None:
    """Give a vector of finite numbers; None where it is none."""
    if not isinstance(value, list) or not value:
        return None
    numbers = tuple(float(one) for one in value if isinstance(one, int | float))
    sound = len(numbers) == len(value) and all(map(math.isfinite, numbers))
    return numbers if sound else None
