"""The first lines of a record: the deployments that are called, and the items of the plan."""

from collections.abc import Iterator, Sequence

from evalkit.model.data import JsonObject
from evalkit.model.deployment import Deployment
from evalkit.model.profile import Profile
from evalkit.model.proxy import Proxy
from evalkit.model.run import CalledDeployment, PlannedItem
from evalkit.model.trial import Item
from evalkit.secrets import Secret


def deployments(items: Sequence[Item]) -> tuple[Deployment, ...]:
    """Give each deployment that is called once, in the order of the items."""
    called = {item.called.span: item.called for item in items if item.called}
    return tuple(called.values())


def consulted(items: Sequence[Item]) -> tuple[Deployment, ...]:
    """Give each deployment that checks ask once, in the order of the items."""
    asked = {one.span: one for item in items if item.called for one in item.consulted}
    return tuple(asked.values())


def secrets(called: Sequence[Deployment]) -> Iterator[Secret]:
    for deployment in called:
        values = (deployment.api_key, *deployment.headers.values())
        yield from (value for value in values if isinstance(value, Secret))
        if deployment.client_cert and deployment.client_cert.password:
            yield deployment.client_cert.password
        if isinstance(deployment.proxy, Proxy):
            yield from deployment.proxy.secrets


def called(deployment: Deployment) -> CalledDeployment:
    return CalledDeployment(
        name=deployment.name,
        api=deployment.api,
        base_url=deployment.base_url,
        model=deployment.model,
        stream=deployment.stream,
        concurrency=deployment.limits.places,
        adaptive=deployment.limits.concurrency == "adaptive",
        rpm=deployment.limits.rpm,
        tpm=deployment.limits.tpm,
        strict_wire=deployment.strict_wire,
        profile=_profile(deployment.profile),
        price=deployment.price,
    )


def _profile(profile: Profile) -> JsonObject:
    """Give what is changed; of headers and the query, which may tell more, only the names."""
    told: JsonObject = profile.model_dump(mode="json", exclude_defaults=True)
    for part in {"headers", "query"} & told.keys():
        told[part] = sorted(getattr(profile, part))
    return told


def planned(item: Item) -> PlannedItem:
    conversation = item.conversation
    return PlannedItem(
        id=item.id,
        suite=item.suite.file,
        conversation=conversation.id,
        deployment=item.deployment,
        description=conversation.description,
        tags=conversation.tags,
        span=conversation.span,
        repeat=conversation.repeat,
        pass_if=conversation.pass_if,
        skip=item.skip,
        xfail=conversation.xfail,
        labels=tuple(turn.label for turn in conversation.turns),
    )
