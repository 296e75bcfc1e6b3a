"""Finished outcomes on their way to the items that wait for them."""

from threading import Condition

from evalkit.model.outcome import Outcome

NAP = 0.2
"""The seconds after which a wait begins anew, so that Ctrl-C is never slept through."""

JUDGED = frozenset({"passed", "failed", "error"})


class _Slot:
    """The outcomes of one item: as many as are expected, then it is full."""

    __slots__ = ("awaited", "expected", "outcomes")

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.outcomes: tuple[Outcome, ...] = ()
        self.awaited = False

    @property
    def full(self) -> bool:
        return len(self.outcomes) == self.expected


class Board:
    """Where outcomes are put by one thread and taken by another, once each."""

    def __init__(self) -> None:
        self._turned = Condition()
        self._slots: dict[str, _Slot] = {}
        self._taken: set[str] = set()
        self.failure: Exception | None = None

    def expect(self, item: str, outcomes: int) -> bool:
        """Make room for an item's outcomes; False where that was done before."""
        with self._turned:
            if item in self._slots or item in self._taken:
                return False
            self._slots[item] = _Slot(outcomes)
            return True

    def put(self, item: str, outcome: Outcome) -> None:
        with self._turned:
            slot = self._slots[item]
            slot.outcomes = (*slot.outcomes, outcome)
            if slot.full and slot.awaited:
                self._turned.notify_all()

    def is_full(self, item: str) -> bool:
        """Whether an item's outcomes are there, to be taken without waiting."""
        with self._turned:
            slot = self._slots.get(item)
            return slot is not None and slot.full

    def take(self, item: str) -> tuple[Outcome, ...]:
        """Wait for an item's outcomes, in the order of its attempts, and forget them here.

        Raises what `fail` was given; LookupError where the item was never expected, or taken.
        """
        with self._turned:
            slot = self._slots.get(item)
            if slot is None:
                known = "already reported" if item in self._taken else "not started"
                message = f"{item!r} was {known}"
                raise LookupError(message)
            slot.awaited = True
            while not slot.full and self.failure is None:
                self._turned.wait(NAP)  # a signal just before a wait is only seen at its end
            if not slot.full and self.failure is not None:
                raise self.failure
            self._taken.add(item)
            del self._slots[item]
        return tuple(sorted(slot.outcomes, key=lambda outcome: outcome.attempt))

    def fail(self, error: Exception) -> None:
        """Let everybody who waits, now or later, for what is not there raise `error`."""
        with self._turned:
            self.failure = self.failure or error
            self._turned.notify_all()

    @property
    def untaken(self) -> tuple[str, ...]:
        """The ids of judged trials that nobody has asked for."""
        with self._turned:
            found = [outcome for slot in self._slots.values() for outcome in slot.outcomes]
        return tuple(outcome.trial for outcome in found if outcome.status in JUDGED)
