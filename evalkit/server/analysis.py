"""What the server says about texts: vectors of their words, and what a script flags in them."""

import math
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from struct import pack
from typing import Any

from evalkit.model.data import JsonObject
from evalkit.server.asked import BadRequest
from evalkit.server.completion import Wire
from evalkit.server.script import Reply

DIMENSIONS = 256
WORD = re.compile(r"\w+")

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)
"""What OpenAI's moderation tells of every text, flagged or not."""


def texts(body: JsonObject) -> list[str]:
    """Give the texts of a request; raises BadRequest where there is none."""
    given: Any = body.get("input")
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise BadRequest("input must be a text or a list of texts", "input")
    return found


def embeddings(body: JsonObject, model: str) -> Wire:
    """Answer with a vector for each text, in OpenAI's form; its clients ask for base64."""
    given, packed = texts(body), body.get("encoding_format") == "base64"
    vectors = map(vector, given)
    rows = [
        {"object": "embedding", "index": index, "embedding": _packed(one) if packed else one}
        for index, one in enumerate(vectors)
    ]
    return {"object": "list", "data": rows, "model": model, "usage": _usage(given)}


def vector(text: str) -> list[float]:
    """Count the words of a text in as many places as there are dimensions; of length 1.

    Texts with the same words have the same vector, texts without a common word are at right angles
    but for a chance of 1 in 256 a pair of words.
    """
    places = Counter(_place(word) for word in WORD.findall(text.casefold()))
    length = math.sqrt(sum(count * count for count in places.values())) or 1.0
    return [places[place] / length for place in range(DIMENSIONS)]


def moderation(replies: Iterable[Reply | None], model: str, number: int) -> Wire:
    """Answer with the categories that a script's rules flag in each text, in OpenAI's form."""
    results = [_result((reply.flagged if reply else None) or ()) for reply in replies]
    return {"id": f"modr-{number}", "model": model, "results": results}


def _result(flagged: tuple[str, ...]) -> Wire:
    found = {**dict.fromkeys(CATEGORIES, False), **dict.fromkeys(flagged, True)}
    return {
        "flagged": bool(flagged),
        "categories": found,
        "category_scores": {name: float(yes) for name, yes in found.items()},
    }


def _packed(numbers: list[float]) -> str:
    """Write numbers as OpenAI does: in base64, each of 32 bits, the lowest byte first."""
    return b64encode(pack(f"<{len(numbers)}f", *numbers)).decode()


def _place(word: str) -> int:
    return int.from_bytes(sha256(word.encode("utf-8", "replace")).digest()[:4]) % DIMENSIONS


def _usage(given: list[str]) -> Wire:
    words = sum(len(text.split()) for text in given)
    return {"prompt_tokens": words, "total_tokens": words}
