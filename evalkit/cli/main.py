"""`evalkit`: finds the command, runs it, and turns what went wrong into one message and a code."""

import gc
import importlib
import importlib.metadata
import pkgutil
import signal
import sys
import traceback
from collections.abc import Sequence

import click

from evalkit.cli import commands
from evalkit.cli.console import echo
from evalkit.errors import EvalkitError, UsageError, did_you_mean

INTERRUPTED = 2
INTERNAL = 3


class Commands(click.Group):
    """The commands of the folder; one is imported when it is run or its help line is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(modules())

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        module = modules().get(cmd_name)
        return _only_command(module) if module else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name.startswith("-") or name in modules():
            return super().resolve_command(ctx, args)
        hints = did_you_mean(name, modules()) or ("evalkit --help lists the commands",)
        raise UsageError(f"unknown command {name!r}\n  hint: {hints[0]}")


def modules() -> dict[str, str]:
    """Give the commands' names, each with its module's; nothing is imported."""
    names = (module.name for module in pkgutil.iter_modules(commands.__path__))
    return {name.rstrip("_"): f"{commands.__name__}.{name}" for name in names}


def _only_command(module: str) -> click.Command:
    values = vars(importlib.import_module(module)).values()
    found = [value for value in values if isinstance(value, click.Command)]
    if len(found) != 1:
        raise TypeError(f"{module} must define one command, not {len(found)}")
    return found[0]


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        try:
            version = importlib.metadata.version("evalkit")
        except importlib.metadata.PackageNotFoundError:
            version = "(not installed)"
        echo(f"evalkit {version}")
        context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
def group() -> None:
    """Test conversations with chat deployments."""


def call(
    arguments: Sequence[str], program: click.Command = group, platform: str = sys.platform
) -> int:
    """Run a command line and give its exit code."""
    try:
        _refuse_windows(platform)
        code = program.main(list(arguments), prog_name="evalkit", standalone_mode=False)
    except EvalkitError as error:
        echo(str(error), error=True)
        return error.exit_code
    except click.ClickException as error:
        echo(_usage(error), error=True)
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a bug must not exit as 1, "an expectation failed"
        echo(f"{traceback.format_exc()}internal error of evalkit: {error!r}", error=True)
        return INTERNAL
    return int(code or 0)


def main() -> None:
    """Be the program."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in a script's `evalkit run &`
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.set_threshold(50_000, 20, 20)  # nearly all that loading makes is kept: look less often
    code = call(sys.argv[1:])
    gc.freeze()  # the interpreter would look through every object once more before it ends
    sys.exit(code)


def _usage(error: click.ClickException) -> str:
    """Give click's message in evalkit's style, with where to read on."""
    message = error.format_message().rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "evalkit"
    return f"{message[:1].lower()}{message[1:]}\n  hint: {path} --help lists what is accepted"


def _refuse_windows(platform: str) -> None:
    if platform == "win32":
        raise UsageError("evalkit does not run on Windows yet; use WSL")
