"""evalkit tests conversations with chat deployments: YAML suites, run as pytest items."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalkit.model.api import Api
    from evalkit.model.chat import CallError, ChatReply, ChatRequest
    from evalkit.model.check import Check, Evidence, Verdict, View
    from evalkit.model.dialogue import Ask
    from evalkit.model.limit import Limit

__all__ = [
    "Api",
    "Ask",
    "CallError",
    "ChatReply",
    "ChatRequest",
    "Check",
    "Evidence",
    "Limit",
    "Verdict",
    "View",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that `import evalkit` costs nothing."""
    if name in __all__:
        for home in ("api", "chat", "check", "dialogue", "limit"):
            module = import_module(f"evalkit.model.{home}")
            if name in vars(module):
                return getattr(module, name)
    message = f"module 'evalkit' has no attribute {name!r}"
    raise AttributeError(message)
