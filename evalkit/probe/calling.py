"""Calling a deployment for a probe: in haste, and with a wrong key or model on purpose."""

from collections.abc import Iterator
from typing import Final

from evalkit import apis
from evalkit.model.api import Services
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.deployment import Deployment, Timeout
from evalkit.model.profile import Profile
from evalkit.probe.feature import LIMIT, NEWER_LIMIT, Variant
from evalkit.secrets import Redactor, Secret

LONGEST_TRY: Final = 30.0
TRIES: Final = 2
LOOPBACK: Final = "http://127.0.0.1"
WRONG_MODEL: Final = "evalkit-no-such-model"
WRONG_KEY: Final = Secret("evalkit-wrong-key", "a wrong key")


def prepared(deployment: Deployment) -> Deployment:
    """Give a deployment with short clocks, of which all that is odd about its replies is told."""
    own = deployment.timeout
    clocks = {name: min(getattr(own, name), LONGEST_TRY) for name in Timeout.model_fields}
    tries, total = min(deployment.retry.tries, TRIES), min(deployment.retry.total, LONGEST_TRY)
    update = {
        "timeout": Timeout(**clocks),
        "retry": deployment.retry.model_copy(update={"tries": tries, "total": total}),
        "profile": deployment.profile.model_copy(update={"tolerated": ()}),
        "strict_wire": False,
    }
    return deployment.model_copy(update=update)


def placed(deployment: Deployment) -> Deployment:
    """Give a deployment with an address, also one that has its own only once it is called."""
    if deployment.base_url is not None:
        return deployment
    return deployment.model_copy(update={"base_url": LOOPBACK})


def profiles(profile: Profile) -> Iterator[Profile]:
    """Give a profile, and then others that bound a reply by its newer name, and not at all."""
    yield profile
    if LIMIT in profile.removed:
        return
    if LIMIT not in profile.renamed:
        yield profile.model_copy(update={"renamed": {**profile.renamed, LIMIT: NEWER_LIMIT}})
    yield profile.model_copy(update={"removed": (*profile.removed, LIMIT)})


def refuses_limit(fault: Fault | None) -> bool:
    """Whether the words of a refusal name the bound on a reply."""
    if fault is None or fault.kind != "bad_request":
        return False
    return LIMIT in fault.message or NEWER_LIMIT in fault.message


def varied(deployment: Deployment, variant: Variant) -> Deployment:
    """Give a deployment with what is wrong about it on purpose."""
    wrong: dict[Variant, dict[str, object]] = {
        "as_is": {},
        "wrong_model": {"model": WRONG_MODEL},
        "wrong_key": {"api_key": WRONG_KEY},
    }
    return deployment.model_copy(update=wrong[variant])


async def answer(called: Deployment, services: Services, request: ChatRequest) -> ChatReply | Fault:
    """Ask through an Api of its own, so that nothing that goes wrong stays for other questions."""
    try:
        async with apis.registry.get(called.api)(called, services) as api:
            return await api.send(request)
    except CallError as error:
        return error.fault
    except TimeoutError:
        raise
    except Exception as error:  # noqa: BLE001 - an Api is a plugin
        message = f"api {called.api!r} raised {type(error).__name__}: {error}"
        return Fault(kind="server", message=message)


def redacted(answered: ChatReply | Fault, redactor: Redactor) -> ChatReply | Fault:
    """Take secrets out of an answer before anything of it is quoted."""
    dumped = answered.model_dump(mode="json")
    cleaned = redactor.data(dumped)
    return answered if cleaned == dumped else type(answered).model_validate(cleaned)
