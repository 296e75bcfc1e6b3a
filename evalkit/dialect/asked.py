"""What a request asked for, and of whom: what its reply is held against."""

from dataclasses import dataclass
from typing import Self

from evalkit.model.chat import WarningName
from evalkit.model.data import JsonObject
from evalkit.model.profile import Profile


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts of a request that reading its reply needs.

    `usage` says whether token counts were asked for, which an unstreamed request always does.
    `host` and `size` (bytes) are for messages, as is `key`, the name of the variable of the key.
    `cumulative` deltas repeat what came before; `tolerated` warnings are not noted.
    """

    model: str | None = None
    stream: bool = False
    usage: bool = True
    choices: int = 1
    host: str = "the server"
    size: int = 0
    key: str | None = None
    cumulative: bool = False
    tolerated: tuple[WarningName, ...] = ()

    @classmethod
    def of(cls, body: JsonObject, profile: Profile) -> Self:
        """Read what is asked for in the body of a chat."""
        model, choices, options = body.get("model"), body.get("n"), body.get("stream_options")
        stream = body.get("stream") is True
        return cls(
            model=model if isinstance(model, str) and model else None,
            stream=stream,
            usage=not stream or (isinstance(options, dict) and bool(options.get("include_usage"))),
            choices=choices if isinstance(choices, int) else 1,
            cumulative=profile.deltas == "cumulative",
            tolerated=profile.tolerated,
        )
