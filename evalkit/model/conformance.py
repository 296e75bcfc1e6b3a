"""What a probe found out about a deployment: a finding for each feature, and what that took."""

from typing import Literal

from evalkit.model.data import Recorded

Status = Literal["supported", "unsupported", "deviates", "unknown"]
"""What a feature comes to.

`unsupported` is refused with words, `deviates` is there in another form than the standard's, and
`unknown` could not be told.
"""


class Finding(Recorded):
    """What a feature comes to, and one sentence on it, which only `supported` can do without."""

    status: Status
    why: str = ""


class Examined(Recorded):
    """A feature, by its name, its group and its title, and what it comes to."""

    name: str
    group: str
    title: str
    finding: Finding


class Conformance(Recorded):
    """How far a deployment conforms to OpenAI's chat completions.

    `unreached` says why nothing could be found out. `requests` are those sent, retries included,
    `tokens` what the replies report, and `untold` counts the replies that report nothing.
    """

    deployment: str
    api: str
    base_url: str | None = None
    model: str | None = None
    unreached: str | None = None
    features: tuple[Examined, ...] = ()
    requests: int = 0
    tokens: int = 0
    untold: int = 0
    seconds: float = 0.0

    def count(self, status: Status) -> int:
        """Count the features of a status."""
        return sum(one.finding.status == status for one in self.features)
