"""The author's files as suites: each read once, all mistakes kept until everything is read."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from unicodedata import normalize

from evalkit import apis, checks
from evalkit.errors import Mistake, Mistakes, did_you_mean
from evalkit.loader.build import Conversations, Made
from evalkit.loader.content import Attachments
from evalkit.loader.context import Context
from evalkit.loader.defaults import read_defaults
from evalkit.loader.deployments import read_deployments
from evalkit.loader.discover import SHARED
from evalkit.loader.fields import FOLDER_KEYS, SUITE_KEYS
from evalkit.loader.keys import refuse_unknown
from evalkit.loader.mistakes import Findings
from evalkit.loader.nodes import Items, Node, Scalar, Table
from evalkit.loader.notes import Flawed
from evalkit.loader.paths import Unreadable, refuse_outside
from evalkit.loader.sources import Sources
from evalkit.loader.tree import without
from evalkit.loader.validation import Form, build
from evalkit.loader.wording import found
from evalkit.model.api import Files
from evalkit.model.deployment import Draft
from evalkit.model.suite import Suite
from evalkit.source import Span


@dataclass(frozen=True)
class Loaded:
    """Suites that can be used, and every mistake in those that cannot.

    `quote` adds the source line to a mistake that is found in them later; `warnings` are to be
    looked at, but hinder nothing.
    """

    suites: tuple[Suite, ...]
    mistakes: tuple[Mistake, ...]
    files: Files
    quote: Callable[[Mistake], Mistake]
    warnings: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Folder:
    """What a `deployments.yaml` says for its folder and everything below."""

    deployments: tuple[Draft, ...] = ()
    defaults: Table | None = None


def load(root: Path, files: Sequence[Path], *, python: bool = True) -> Loaded:
    """Load suites; what is wrong with them is told, never raised."""
    loader = Loader(root, python=python)
    suites = [loader.load(file) for file in files]
    whole = tuple(suite for suite in suites if suite is not None)
    return Loaded(whole, loader.mistakes, loader.attachments, loader.quote, loader.warnings)


class Loader:
    """Loads one suite after the other; what several inherit is read once.

    Without `python` no code of the author's is imported.
    """

    def __init__(self, root: Path, *, python: bool = True) -> None:
        sources = Sources(root)
        self._root = root
        self._folders: dict[Path, Folder] = {}
        self.attachments = Attachments(root)
        self._context = Context(
            sources,
            self.attachments,
            Findings(sources.pages),
            checks.registry,
            apis.registry,
            python,
        )

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return self._context.found.told()

    @property
    def warnings(self) -> tuple[Mistake, ...]:
        """What authors should look at, once each, in reading order."""
        return Mistakes(self._context.found.warnings).mistakes

    def quote(self, mistake: Mistake) -> Mistake:
        """Give a mistake that was found after loading with its source line."""
        return self._context.found.quote(mistake)

    def load(self, path: Path) -> Suite | None:
        """Load one suite; None where it has a mistake."""
        before = len(self._context.found.mistakes)
        if path.name == SHARED:
            message, hint = "this is no suite, but what suites share", "name a suite or a folder"
            file = path.relative_to(self._root).as_posix()
            self._context.found.add(Span(file), message, hint)
            return None
        folders = [self._folder(folder) for folder in self._above(path)]
        table = self._table(path, SUITE_KEYS)
        suite = None if table is None else self._suite(path, table, folders)
        self._context.sources.forget(path.relative_to(self._root).as_posix())
        return suite if len(self._context.found.mistakes) == before else None

    def shared(self, folder: Path) -> tuple[Draft, ...]:
        """Give the deployments of a folder's own `deployments.yaml`; none where there is none."""
        return self._folder(folder).deployments

    def _above(self, path: Path) -> list[Path]:
        """Give the folders from the root down to that of `path`."""
        inside = path.relative_to(self._root).parent.parts
        return [self._root.joinpath(*inside[:depth]) for depth in range(len(inside) + 1)]

    def _folder(self, folder: Path) -> Folder:
        if folder not in self._folders:
            file = folder / SHARED
            table = self._table(file, FOLDER_KEYS) if file.is_file() else None
            self._folders[folder] = Folder() if table is None else self._shared(table)
        return self._folders[folder]

    def _shared(self, table: Table) -> Folder:
        return Folder(
            read_deployments(table.entries.get("deployments"), self._context), self._defaults(table)
        )

    def _defaults(self, table: Table) -> Table | None:
        context = self._context
        return read_defaults(table.entries.get("defaults"), context.found, context.checks.names)

    def _table(self, path: Path, allowed: Sequence[str]) -> Table | None:
        file = path.relative_to(self._root).as_posix()
        try:
            refuse_outside(self._root, file)
            node = self._context.sources.tree(file)
        except Flawed as error:
            self._context.found.spoil(error.mistakes)
            node = error.node
        except Mistakes as error:
            self._context.found.mistakes += error.mistakes
            return None
        except Unreadable as error:
            self._context.found.add(Span(file), str(error), *error.hints)
            return None
        if not isinstance(node, Table):
            shared = path.name == SHARED
            what, key = (SHARED, "deployments") if shared else ("a suite", "conversations")
            message, hint = f"{what} is a mapping, not {found(node)}", f"{what} begins with {key}:"
            self._context.found.add(node.span, message, hint)
            return None
        free = without(node, *(key for key in node.entries if key.startswith("x-")))
        return refuse_unknown(free, allowed, self._context.found, self._context.checks.names)

    def _suite(self, path: Path, table: Table, folders: Sequence[Folder]) -> Suite | None:
        file = path.relative_to(self._root).as_posix()
        drafts = {draft.name: draft for folder in folders for draft in folder.deployments}
        own = read_deployments(table.entries.get("deployments"), self._context)
        drafts |= {draft.name: draft for draft in own}
        made = self._conversations(table, [*folders, Folder((), self._defaults(table))])
        self._refuse_twins(made)
        for one in made:
            self._refuse_unknown(one, drafts)
        given = {
            "file": file,
            "span": Span(file),
            "deployments": tuple(drafts.values()),
            "conversations": tuple(one.conversation for one in made),
        }
        rest = without(table, *(key for key in table.entries if key != "description"))
        return build(Form(Suite, rest, self._context.found, given=given)).value

    def _conversations(self, table: Table, folders: Sequence[Folder]) -> list[Made]:
        node = table.entries.get("conversations")
        if not isinstance(node, Items) or not node.nodes:
            message = "the suite has no conversations"
            if isinstance(node, Scalar | Table):
                message = f"'conversations' must be a list, not {found(node)}"
            hint = "write conversations: and a list of them"
            self._context.found.add((node or table).span, message, hint)
            return []
        layers = [folder.defaults for folder in folders if folder.defaults is not None]
        shared = ("tags", "template")
        wide: dict[str, Node] = {key: table.entries[key] for key in shared if key in table.entries}
        if wide:
            layers.append(Table(wide, table.keys, table.span))
        conversations = Conversations(self._context, layers)
        made = (conversations.make(child) for child in node.nodes)
        return [one for one in made if one is not None]

    def _refuse_unknown(self, made: Made, known: Collection[str]) -> None:
        """Note the deployments of a conversation that its suite does not have."""
        for name, span in made.deployments:
            if not any(fnmatchcase(each, name) for each in known):
                there = f"the suite knows {', '.join(known) or 'none'}"
                hints = did_you_mean(name, known) or (there,)
                self._context.found.add(span, f"no deployment is called {name!r}", *hints)

    def _refuse_twins(self, made: Sequence[Made]) -> None:
        seen: dict[str, Span] = {}
        for one in made:
            folded = normalize("NFC", one.conversation.id).casefold()
            if folded in seen:
                message = f"the id {one.conversation.id!r} is used twice"
                hint = f"the other one is at {seen[folded]}"
                self._context.found.add(one.conversation.span, message, hint)
            seen.setdefault(folded, one.conversation.span)
