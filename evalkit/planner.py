"""What will be run: conversations for each chosen deployment, as items with stable ids."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from evalkit.errors import Mistake, Mistakes, TemplateError, UsageError, did_you_mean
from evalkit.model.chat import MediaPart, Part, TextPart
from evalkit.model.check import Check, Expectation, Recipe
from evalkit.model.data import Json
from evalkit.model.deployment import Deployment, Draft
from evalkit.model.suite import Conversation, Suite, Turn
from evalkit.model.trial import Item
from evalkit.source import Span
from evalkit.template import is_template, render, render_json


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deployments were asked for, by names or globs, and what to do without a key."""

    deployments: tuple[str, ...] = ()
    missing_key: Literal["skip", "error"] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation, and what each axis is for it; `name` stands for all of them in the id.

    The deployment is the only axis.
    """

    suite: Suite
    conversation: Conversation
    draft: Draft
    name: str

    @property
    def node(self) -> str:
        return f"{self.conversation.id}[{self.name}]"

    @property
    def id(self) -> str:
        return f"{self.suite.file}::{self.node}"


def plan(suites: Sequence[Suite], choice: Choice, environ: Mapping[str, str]) -> tuple[Item, ...]:
    """Give the items in the order of the files.

    Raises UsageError where no suite knows a deployment that was asked for, and Mistakes where a
    variable is not set or a value does not fit.
    """
    _demand_known(suites, choice)
    chosen = [case for suite in suites for case in cases(suite, choice)]
    unset = _unset(chosen, choice, environ)
    mistakes: list[Mistake] = []
    called = _resolve(chosen, unset, environ, mistakes)
    rendered = _render(chosen, mistakes)
    mistakes += _unmeetable(chosen, rendered)
    if mistakes:
        raise Mistakes(mistakes)
    return tuple(
        Item(
            id=case.id,
            suite=case.suite,
            conversation=rendered[id(case.conversation)],
            deployment=case.draft.name,
            called=called.get(id(case.draft)),
            skip=case.conversation.skip or unset.get(id(case.draft)),
        )
        for case in chosen
    )


def review(suites: Sequence[Suite]) -> tuple[Mistake, ...]:
    """Find what would be wrong with a run of suites, whatever the environment holds."""
    chosen = [case for suite in suites for case in cases(suite, Choice())]
    mistakes: list[Mistake] = []
    rendered = _render(chosen, mistakes)
    return (*mistakes, *_unmeetable(chosen, rendered))


def distinct(names: Sequence[str]) -> list[str]:
    """Give each name a number where it occurs more than once, as pytest does."""
    counts, taken, given = Counter(names), set(names), Counter[str]()
    result = []
    for name in names:
        new = name
        while counts[name] > 1 and new in taken:
            new = f"{name}{'_' if name[-1:].isdigit() else ''}{given[name]}"
            given[name] += 1
        taken.add(new)
        result.append(new)
    return result


def _demand_known(suites: Sequence[Suite], choice: Choice) -> None:
    known = sorted({draft.name for suite in suites for draft in suite.deployments})
    unknown = [glob for glob in choice.deployments if not any(fnmatchcase(n, glob) for n in known)]
    if not (unknown and suites):
        return
    lines = []
    for name in unknown:
        hints = did_you_mean(name, known) or (f"there are {', '.join(known) or 'none'}",)
        lines += [f"no deployment is called {name!r}", f"  hint: {hints[0]}"]
    raise UsageError("\n".join(lines))


def cases(suite: Suite, choice: Choice) -> Iterator[Case]:
    """Give what one suite adds to a run, in the order of its file."""
    chosen = _chosen(suite.deployments, choice)
    for conversation in suite.conversations:
        drafts = [draft for draft in chosen if _named(draft, conversation.deployments)]
        names = distinct([draft.name for draft in drafts])
        for draft, name in zip(drafts, names, strict=True):
            yield Case(suite, conversation, draft, name)


def _chosen(drafts: Sequence[Draft], choice: Choice) -> list[Draft]:
    """Pick the deployments asked for, else the default ones, else all that are under test."""
    if choice.deployments:
        return [draft for draft in drafts if _named(draft, choice.deployments)]
    preferred = [draft for draft in drafts if draft.default]
    return preferred or [draft for draft in drafts if draft.under_test]


def _named(draft: Draft, globs: Iterable[str] | None) -> bool:
    return globs is None or any(fnmatchcase(draft.name, glob) for glob in globs)


def _unset(cases: Sequence[Case], choice: Choice, environ: Mapping[str, str]) -> dict[int, str]:
    """Say why a draft, by its identity, cannot be called; raises Mistakes where that is no skip."""
    drafts = {id(case.draft): case.draft for case in cases if not case.conversation.skip}
    lacking = {key: draft for key, draft in drafts.items() if draft.unset(environ)}
    needed = bool(choice.deployments) or len(lacking) == len(drafts)
    missing_key = choice.missing_key or ("error" if needed else "skip")
    if missing_key == "error" and lacking:
        raise Mistakes(
            _lacks(draft, name) for draft in lacking.values() for name in draft.unset(environ)
        )
    return {key: f"{', '.join(draft.unset(environ))} not set" for key, draft in lacking.items()}


def _lacks(draft: Draft, variable: str) -> Mistake:
    message = f"deployment {draft.name!r} needs the variable {variable!r}, which is not set"
    return Mistake(draft.variables[variable], message, hints=(f"export {variable}=…",))


def _resolve(
    cases: Sequence[Case],
    unset: Mapping[int, str],
    environ: Mapping[str, str],
    mistakes: list[Mistake],
) -> dict[int, Deployment]:
    """Fill in the variables of each draft that will be called, once for all that share it."""
    called: dict[int, Deployment] = {}
    wanted = {id(case.draft): case.draft for case in cases if not case.conversation.skip}
    for key, draft in wanted.items():
        if key in unset:
            continue
        try:
            called[key] = draft.resolve(environ)
        except Mistakes as error:
            mistakes += error.mistakes
    return called


def _render(cases: Sequence[Case], mistakes: list[Mistake]) -> dict[int, Conversation]:
    """Insert the values of each conversation, by its identity."""
    rendered: dict[int, Conversation] = {}
    for conversation in {id(case.conversation): case.conversation for case in cases}.values():
        rendering = Rendering(conversation.vars)
        rendered[id(conversation)] = rendering.conversation(conversation)
        mistakes += rendering.mistakes
    return rendered


def _unmeetable(cases: Sequence[Case], rendered: Mapping[int, Conversation]) -> Iterator[Mistake]:
    """Find expectations that nothing can meet: of a stream, or a schema, that is not asked for."""
    for case in cases:
        conversation = rendered[id(case.conversation)]
        streams = case.draft.stream if conversation.stream is None else conversation.stream
        sends_schema = "json_schema" in (conversation.response_format or {})
        of_turns = (demand for turn in conversation.turns for demand in turn.expect)
        for demand in (*of_turns, *conversation.expect):
            check = demand.check
            if not isinstance(check, Check):
                continue
            if not streams and any(one.needs_stream for one in check.family):
                message = f"{demand.name} needs a stream, and {case.draft.name!r} does not stream"
                hint = "write stream: true, on the deployment or on the conversation"
                yield Mistake(demand.span, message, hints=(hint,))
            if not sends_schema and any(one.needs_schema for one in check.family):
                message = f"{demand.name} needs the schema that was sent, and none is"
                hint = "write response_format: {json_schema: PATH}, or the schema's path here"
                yield Mistake(demand.span, message, hints=(hint,))


class Rendering:
    """Inserts one set of values into a conversation, and notes where that cannot be done."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        self.values = values
        self.mistakes: list[Mistake] = []

    def conversation(self, conversation: Conversation) -> Conversation:
        """Give a copy with the values in it; the conversation itself where it takes none."""
        if not conversation.template:
            return conversation
        changes = {
            "system": self._parts(conversation.system, conversation.span),
            "turns": tuple(map(self._turn, conversation.turns)),
            "expect": tuple(map(self._expectation, conversation.expect)),
        }
        return conversation.model_copy(update=changes)

    def _turn(self, turn: Turn) -> Turn:
        changes = {
            "system": self._parts(turn.system, turn.span),
            "user": self._parts(turn.user, turn.span),
            "assistant": self._parts(turn.assistant, turn.span),
            "label": None if turn.label is None else self._text(turn.label, turn.span),
            "expect": tuple(map(self._expectation, turn.expect)),
        }
        return turn.model_copy(update=changes)

    def _parts(self, parts: tuple[Part, ...] | None, span: Span) -> tuple[Part, ...] | None:
        return None if parts is None else tuple(self._part(part, span) for part in parts)

    def _part(self, part: Part, span: Span) -> Part:
        if isinstance(part, TextPart) and is_template(part.text):
            return part.model_copy(update={"text": self._text(part.text, span)})
        if isinstance(part, MediaPart) and part.url and is_template(part.url):
            return part.model_copy(update={"url": self._text(part.url, span)})
        return part

    def _text(self, text: str, span: Span) -> str:
        try:
            return render(text, self.values)
        except TemplateError as error:
            self._note(error, span)
            return text

    def _expectation(self, expectation: Expectation) -> Expectation:
        recipe = expectation.check
        if not isinstance(recipe, Recipe):
            return expectation
        try:
            authored = {
                key: render_json(part, self.values) for key, part in recipe.authored.items()
            }
            return replace(expectation, check=recipe.build(authored))
        except TemplateError as error:
            self._note(error, expectation.span)
        except Mistakes as error:
            self.mistakes += error.mistakes
        return expectation

    def _note(self, error: TemplateError, span: Span) -> None:
        hints = () if error.hint is None else (error.hint,)
        self.mistakes.append(Mistake(span, str(error), hints=hints))
