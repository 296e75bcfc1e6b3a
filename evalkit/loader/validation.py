"""A tree held to a model: built where it fits, and every misfit told at its place."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from evalkit.loader import wording
from evalkit.loader.context import file_path
from evalkit.loader.document import to_data
from evalkit.loader.fields import keys_at
from evalkit.loader.keys import hints
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Node, Scalar, Table
from evalkit.loader.scalars import meaning
from evalkit.loader.tree import Path, Place, find, put, scalars
from evalkit.loader.wording import Error, either

M = TypeVar("M", bound=BaseModel)

REPORTED: Final = "reported"
"""The type of an error whose mistakes are already noted."""

NUMERIC: Final = frozenset({"int_type", "float_type", "bool_type", "value_error"})
CUT: Final = "the text ends before '#', which begins a comment"
QUOTE: Final = "quote the text, or put two spaces before '#'"


@dataclass(frozen=True)
class Form(Generic[M]):
    """A tree to be built by a model.

    `given` are values that need no validation from text, by key. `filled` are the paths of texts
    that had values inserted: those may stand for a number. `text` reads the `{file: path}` that may
    stand for any text. Errors at places that `pending` accepts wait for values not known yet.
    Keys of a `partial` table were refused: what seems to be missing may be one of them.
    """

    model: type[M]
    node: Table
    found: Findings
    given: Mapping[str, object] = field(default_factory=dict)
    filled: frozenset[Path] = frozenset()
    text: Callable[[Node], Scalar | None] | None = None
    pending: Callable[[Node], bool] = lambda _: False
    enter: Callable[[Any, Table], Mapping[str, Any] | None] = lambda _data, _node: None
    checks: Sequence[str] = ()
    partial: bool = False


@dataclass(frozen=True)
class Built(Generic[M]):
    """What came of a form: the value, None where errors remain; the tree as it was understood."""

    value: M | None
    node: Table


def build(form: Form[M]) -> Built[M]:
    """Build the model, and note each error as a mistake."""
    form = _uncut(form)
    while True:
        value, errors = _attempt(form)
        patched = _patch(form, errors)
        if patched is None:
            break
        form = patched
    _note(form, errors)
    return Built(value, form.node)


def _attempt(form: Form[M]) -> tuple[M | None, Sequence[Error]]:
    data = to_data(form.node)
    if not isinstance(data, dict):
        raise TypeError(form.node)
    context = form.enter(data, form.node)
    try:
        return form.model.model_validate({**data, **form.given}, context=context), ()
    except ValidationError as error:
        return None, error.errors(include_url=False, include_input=False)


def _patch(form: Form[M], errors: Sequence[Error]) -> Form[M] | None:
    """Read values as the text or number that their fields ask for; None where nothing changes."""
    before = form
    for error in errors:
        place = find(form.node, error["loc"])
        if error["type"] == "string_type":
            form = _as_text(form, place)
        elif error["type"] in NUMERIC and place.path in form.filled:
            form = _as_number(form, place)
    return None if form is before else form


def _as_text(form: Form[M], place: Place) -> Form[M]:
    node = place.node
    if isinstance(node, Scalar) and node.plain and not isinstance(node.value, str):
        return _with(form, place.path, replace(node, value=node.source))
    read = form.text(node) if form.text and isinstance(node, Table) else None
    return form if read is None else _with(form, place.path, read)


def _as_number(form: Form[M], place: Place) -> Form[M]:
    node = place.node
    value = meaning(node.source) if isinstance(node, Scalar) else None
    if not isinstance(node, Scalar) or value is None or isinstance(value, str):
        return form
    number = replace(node, value=value)
    return replace(_with(form, place.path, number), filled=form.filled - {place.path})


def _with(form: Form[M], path: Path, node: Node) -> Form[M]:
    changed = put(form.node, path, node)
    return replace(form, node=changed) if isinstance(changed, Table) else form


def _uncut(form: Form[M]) -> Form[M]:
    """Note the texts that a comment cuts off: they are told by a number being refused there."""
    doubtful = {path: node for path, node in scalars(form.node) if node.comment}
    if not doubtful:
        return form
    probe = form.node
    for path, node in doubtful.items():
        probe = _with(replace(form, node=probe), path, replace(node, value=0)).node
    _, errors = _attempt(replace(form, node=probe, found=form.found.fresh()))
    for error in errors:
        path = find(form.node, error["loc"]).path
        if error["type"] == "string_type" and path in doubtful:
            form.found.add(doubtful[path].span, CUT, QUOTE)
    return form


def _note(form: Form[M], errors: Sequence[Error]) -> None:
    forks: defaultdict[Path, list[Error]] = defaultdict(list)
    for error in errors:
        place = _place(form, error)
        if _is_told(form, error, place):
            continue
        if place.fork is None:
            _note_one(form, error, place)
        else:
            forks[place.fork].append(error)
    for path, alternatives in forks.items():
        _note_union(form, path, alternatives)


def _place(form: Form[M], error: Error) -> Place:
    return find(form.node, error["loc"][:-1] if error["type"] == "missing" else error["loc"])


def _is_told(form: Form[M], error: Error, place: Place) -> bool:
    """Whether an error only follows from a mistake that is noted already."""
    kind, steps = error["type"], error["loc"]
    if form.partial and ((kind == "missing" and len(steps) == 1) or not steps):
        return True
    unread = form.text is not None and file_path(place.node) is not None
    return kind == REPORTED or (kind == "string_type" and unread)


def _note_one(form: Form[M], error: Error, place: Place) -> None:
    if error["type"] == "missing":
        form.found.add(place.key or place.node.span, f"missing key {error['loc'][-1]!r}")
    elif error["type"] == "extra_forbidden":
        _note_unknown(form, place)
    elif not form.pending(place.node):
        message = wording.explain(error, place.path, place.node)
        form.found.add(place.node.span, message, *wording.nearest(error, place.node))


def _note_unknown(form: Form[M], place: Place) -> None:
    *above, last = place.path
    key, span = str(last), place.key or place.node.span
    allowed, table = keys_at(form.model, above), find(form.node, above).node
    if key in allowed and isinstance(table, Table):
        others = [repr(other) for other in table.entries if other != key]
        form.found.add(span, f"{key!r} cannot stand beside {either(others)}")
    else:
        form.found.add(span, f"unknown key {key!r}", *hints(key, allowed, form.checks))


def _note_union(form: Form[M], path: Path, errors: Sequence[Error]) -> None:
    """Tell the errors of all branches of a union as one, or those of the branch that was meant."""
    place = find(form.node, path)
    if form.pending(place.node):
        return
    inner = [error for error in errors if len(error["loc"]) > len(path) + 1]
    missing = [repr(error["loc"][-1]) for error in inner if error["type"] == "missing"]
    if missing and len(missing) == len(inner):
        form.found.add(place.key or place.node.span, f"missing key {either(missing)}")
        return
    if inner and not isinstance(place.node, Scalar):
        for error in _meant(inner, len(path)):
            _note_one(form, error, _place(form, error))
        return
    own = [error for error in errors if wording.expected(error) is None]
    wanted = [word for error in errors if (word := wording.expected(error))]
    message = (
        wording.explain(own[0], path, place.node)
        if own
        else wording.mismatch(path, wanted, place.node)
    )
    told = own[:1] or errors
    close = dict.fromkeys(hint for error in told for hint in wording.nearest(error, place.node))
    form.found.add(place.node.span, message, *close)


def _meant(errors: Sequence[Error], depth: int) -> Sequence[Error]:
    """Choose the branch that fits best: the fewest unknown keys, then the fewest errors."""
    branches: defaultdict[object, list[Error]] = defaultdict(list)
    for error in errors:
        branches[error["loc"][depth]].append(error)

    def misfit(branch: list[Error]) -> tuple[int, int]:
        return sum(error["type"] == "extra_forbidden" for error in branch), len(branch)

    best = min(branches.values(), key=misfit)
    unknown = [error for error in best if error["type"] == "extra_forbidden"]
    return unknown or best
