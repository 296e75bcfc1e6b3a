"""What the server says about texts: vectors of their words, and what a script flags in them."""

import math
import re
from collections import Counter
from hashlib import sha256
from typing import Any

from evalkit.model.data import JsonObject
from evalkit.server.asked import BadRequest
from evalkit.server.completion import Wire
from evalkit.server.script import Reply

DIMENSIONS = 256
WORD = re.compile(r"\w+")


def texts(body: JsonObject) -> list[str]:
    """Give the texts of a request; raises BadRequest where there is none."""
    given: Any = body.get("input")
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise BadRequest("input must be a text or a list of texts", "input")
    return found


def embeddings(body: JsonObject, model: str) -> Wire:
    """Answer with a vector for each text, in OpenAI's form."""
    given = texts(body)
    rows = [
        {"object": "embedding", "index": index, "embedding": vector(text)}
        for index, text in enumerate(given)
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


def moderation(reply: Reply | None, model: str, number: int) -> Wire:
    """Answer with the categories that a script's rule flags, in OpenAI's form."""
    flagged = (reply.flagged if reply else None) or ()
    result = {
        "flagged": bool(flagged),
        "categories": dict.fromkeys(flagged, True),
        "category_scores": dict.fromkeys(flagged, 1.0),
    }
    return {"id": f"modr-{number}", "model": model, "results": [result]}


def _place(word: str) -> int:
    return int.from_bytes(sha256(word.encode("utf-8", "replace")).digest()[:4]) % DIMENSIONS


def _usage(given: list[str]) -> Wire:
    words = sum(len(text.split()) for text in given)
    return {"prompt_tokens": words, "total_tokens": words}
