"""OpenAI's moderation: the body of a request, and what a reply flags."""

from evalkit.dialect import faults
from evalkit.dialect.answers import counts, objects, read_object, word
from evalkit.dialect.asked import Asked
from evalkit.dialect.head import Head
from evalkit.model.consultation import ModerationReply, ModerationRequest
from evalkit.model.data import Json, JsonObject
from evalkit.model.deployment import Deployment

PATH = "/moderations"


def body(request: ModerationRequest, deployment: Deployment) -> JsonObject:
    """Give what is sent; the deployment's params are part of it."""
    model: JsonObject = {"model": deployment.model} if deployment.model else {}
    return {**model, **deployment.params, "input": request.text}


def read(asked: Asked, head: Head, data: bytes) -> ModerationReply:
    """Read a reply; raises CallError where it does not say whether the text is flagged."""
    found = read_object(asked, head, data)
    results = objects(found.get("results"))
    flagged = results[0].get("flagged") if results else None
    if not isinstance(flagged, bool):
        raise faults.invalid(asked, head, "no result that says `flagged`", str(found)[:200])
    categories = tuple(name for name, yes in _table(results[0], "categories") if yes is True)
    return ModerationReply(
        flagged=flagged,
        categories=categories,
        scores={
            name: float(score)
            for name, score in _table(results[0], "category_scores")
            if isinstance(score, int | float)
        },
        usage=counts(found.get("usage")),
        model=word(found.get("model")),
    )


def _table(result: JsonObject, key: str) -> list[tuple[str, Json]]:
    value = result.get(key)
    return list(value.items()) if isinstance(value, dict) else []
