"""The script that a command serves, loaded."""

from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.errors import Mistakes

if TYPE_CHECKING:
    from evalkit.server.script import Script


def load_script(path: Path) -> "Script":
    """Load a script; raises Mistakes, all of them at once, each at its place."""
    from evalkit.loader.mistakes import Findings
    from evalkit.loader.nodes import Table
    from evalkit.loader.sources import Sources
    from evalkit.loader.validation import Form, build
    from evalkit.loader.wording import found as describe
    from evalkit.server.script import Script

    sources = Sources(Path.cwd())
    tree = sources.tree(str(path))
    found = Findings(sources.pages)
    if isinstance(tree, Table):
        script = build(Form(Script, tree, found)).value
        if script and not found.mistakes:
            return script
    else:
        message = f"a script must be a mapping, not {describe(tree)}"
        found.add(tree.span, message, "write rules: [{reply: Hello}]")
    raise Mistakes(found.mistakes)
