"""Models read from a record, made to share what pydantic would keep of each one on its own."""

from pydantic import BaseModel


class FieldNames:
    """The sets of the fields that models were given: nearly half of the memory that models take."""

    def __init__(self) -> None:
        self._known: dict[frozenset[str], set[str]] = {}

    def share(self, value: object) -> None:
        """Let a model, and all inside it, share the sets with others that were given the same."""
        if isinstance(value, BaseModel):
            given = value.__pydantic_fields_set__
            same = self._known.setdefault(frozenset(given), given)
            object.__setattr__(value, "__pydantic_fields_set__", same)  # none of them ever changes
            for part in vars(value).values():
                self.share(part)
        elif type(value) is tuple:
            for part in value:
                self.share(part)
