"""What a run has used up of its caps; the workers of one run add theirs up in a shared file."""

import fcntl
import os
import struct
from pathlib import Path
from typing import Final

from evalkit.model.api import Share
from evalkit.model.caps import Caps
from evalkit.model.chat import Try, Usage
from evalkit.model.price import Price

FILE: Final = "spent"
BYTES: Final = 4
"""Bytes of a token, in English."""

AMOUNTS: Final = struct.Struct("dd")
"""Tokens and dollars, as the file holds them."""


class Budget:
    """Counts tokens and dollars, and says when nothing more may be begun."""

    def __init__(self, caps: Caps, share: Share) -> None:
        self._caps = caps
        self._ledger = _ledger(share) if caps.tokens is not None or caps.cost is not None else None
        self._tokens = self._cost = 0.0

    def spend(self, usage: Usage | None, tries: tuple[Try, ...], price: Price | None) -> None:
        """Count what a request used, its abandoned tries included.

        Where a deployment reports no usage, a reply counts by its bytes: four are about a token.
        """
        if self._caps.tokens is None and self._caps.cost is None:
            return
        counted = usage if usage and usage.total is not None else _estimated(tries)
        wasted = sum(one.wasted or 0 for one in tries)
        tokens = float(wasted + (counted.total or 0))
        cost = (price.cost(counted) or 0.0) + price.most(wasted) if price else 0.0
        self._tokens, self._cost = self._add(tokens, cost)

    def used_up(self) -> str | None:
        """Say which cap is reached; None while none is."""
        tokens, cost = self._caps.tokens, self._caps.cost
        if self._ledger is not None:
            self._tokens, self._cost = _added(self._ledger, 0.0, 0.0)
        if tokens is not None and self._tokens >= tokens:
            return f"the run's {tokens:,} tokens are used up"
        if cost is not None and self._cost >= cost:
            return f"the run's ${cost:g} are used up"
        return None

    def _add(self, tokens: float, cost: float) -> tuple[float, float]:
        if self._ledger is None:
            return self._tokens + tokens, self._cost + cost
        return _added(self._ledger, tokens, cost)


def _estimated(tries: tuple[Try, ...]) -> Usage:
    """Take the whole body of a reply for its text: too much rather than too little."""
    tokens = tries[-1].received // BYTES if tries and tries[-1].kind is None else 0
    return Usage(prompt=0, completion=tokens, total=tokens)


def _ledger(share: Share) -> Path | None:
    if share.processes == 1 or share.folder is None:
        return None
    share.folder.mkdir(parents=True, exist_ok=True)
    return share.folder / FILE


def _added(ledger: Path, tokens: float, cost: float) -> tuple[float, float]:
    """Add to what all processes have used, and give the sums."""
    descriptor = os.open(ledger, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        before = os.pread(descriptor, AMOUNTS.size, 0)
        known = AMOUNTS.unpack(before) if len(before) == AMOUNTS.size else (0.0, 0.0)
        sums = known[0] + tokens, known[1] + cost
        os.pwrite(descriptor, AMOUNTS.pack(*sums), 0)
    finally:
        os.close(descriptor)
    return sums
