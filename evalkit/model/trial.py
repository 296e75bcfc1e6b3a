"""What will be run: items, each a conversation for one deployment, and their attempts."""

from dataclasses import dataclass

from evalkit.model.deployment import Deployment
from evalkit.model.price import Price
from evalkit.model.suite import Conversation, Suite


@dataclass(frozen=True)
class Item:
    """A conversation for one deployment: one pytest item.

    `id` is stable over runs: `FILE::CONVERSATION[DEPLOYMENT]`. `conversation` has its values
    inserted. `skip` is the reason why it is not run; only then may `called` be missing, where a
    variable of the deployment is not set. `consulted` are the deployments that its checks ask.
    """

    id: str
    suite: Suite
    conversation: Conversation
    deployment: str
    called: Deployment | None = None
    skip: str | None = None
    consulted: tuple[Deployment, ...] = ()

    @property
    def price(self) -> Price | None:
        return self.called.price if self.called else None

    def deployment_of(self, name: str) -> Deployment | None:
        """Find the deployment that a dialogue of this item asks by its name."""
        known = (self.called, *self.consulted)
        return next((one for one in known if one and one.name == name), None)

    @property
    def name(self) -> str:
        """The part of the id behind the file."""
        return self.id.removeprefix(f"{self.suite.file}::")

    @property
    def trials(self) -> tuple["Trial", ...]:
        return tuple(Trial(self, attempt) for attempt in range(1, self.conversation.repeat + 1))


@dataclass(frozen=True)
class Trial:
    """One attempt of an item; attempts count from 1."""

    item: Item
    attempt: int

    @property
    def id(self) -> str:
        return f"{self.item.id}#{self.attempt}"
