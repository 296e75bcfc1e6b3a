"""The check `warnings`."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Self, get_args

from pydantic import BeforeValidator, model_validator

from evalkit.errors import did_you_mean
from evalkit.model.chat import WarningName, WireWarning
from evalkit.model.check import Check, Evidence, Verdict, View
from evalkit.reading.excerpt import shorten

NAMES: Final = get_args(WarningName)


def _near(written: Any) -> Any:  # noqa: ANN401 - whatever stands in the YAML
    """Raise ValueError where a name is nearly one of the known ones: naming that one is enough."""
    close = did_you_mean(written, NAMES) if isinstance(written, str) else ()
    if close and written not in NAMES:
        raise ValueError(f"unknown warning {written!r}: {close[0]}")
    return written


Name = Annotated[WarningName, BeforeValidator(_near)]


class Warnings(Check):
    """Reading the replies needed no tolerance: they came as OpenAI's API defines them.

    Of the warnings those that are in `allow` do not count, or only those that are in `forbid`. All
    exchanges in view are looked at.

    - warnings: []
      # passes: "fine"; fails: {warnings: [{name: missing_done}]}
    - warnings: [usage_missing]
      # passes: {warnings: [{name: usage_missing, detail: no usage is reported}]}
      # fails: {warnings: [{name: usage_missing}, {name: model_differs, detail: served by 'b'}]}
    - warnings: {forbid: [not_streamed, looks_cumulative]}
      # passes: {warnings: [{name: missing_done}]}; fails: {warnings: [{name: not_streamed}]}
    """

    allow: tuple[Name, ...] = ()
    forbid: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _can_fail(self) -> Self:
        if "forbid" in self.model_fields_set and not self.forbid:
            raise ValueError("this cannot fail: name the warnings to forbid, or leave forbid out")
        if set(self.allow) == set(NAMES):
            raise ValueError("this cannot fail: every warning is allowed")
        if self.allow and self.forbid:
            raise ValueError("give allow or forbid, not both: what is not forbidden is allowed")
        return self

    def evaluate(self, view: View) -> Verdict:
        replies = (exchange.reply for exchange in view.exchanges if exchange.reply)
        found: dict[str, WireWarning] = {}
        for warning in (warning for reply in replies for warning in reply.warnings):
            found.setdefault(warning.name, warning)
        counted = [warning for warning in found.values() if self._counts(warning.name)]
        seen = tuple(map(_evidence, found.values()))
        return Verdict.when(
            not counted,
            yes=self._kept(tuple(found.values())),
            no=f"reading the reply needed {_listed(counted)}",
            evidence=seen or (Evidence(pointer="warnings", message="none"),),
        )

    def _counts(self, name: str) -> bool:
        return name in self.forbid if self.forbid else name not in self.allow

    def _kept(self, found: Sequence[WireWarning]) -> str:
        """Say that nothing counts, and what there is beside."""
        if not found:
            return "reading the reply needed no tolerance"
        return f"reading the reply needed nothing but {_listed(found)}"


def _listed(warnings: Sequence[WireWarning]) -> str:
    """Name warnings, each with what was seen of it."""
    return ", ".join(
        f"{shorten(one.name)} ({shorten(one.detail)!r})" if one.detail else shorten(one.name)
        for one in warnings
    )


def _evidence(warning: WireWarning) -> Evidence:
    return Evidence(pointer="warnings", message=shorten(warning.name), excerpt=warning.detail)
