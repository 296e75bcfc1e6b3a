"""`evalkit serve`: a scripted deployment for any client of OpenAI's API."""

import contextlib
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from evalkit.cli.console import echo, table
from evalkit.cli.script import load_script

if TYPE_CHECKING:
    from evalkit.server.app import Received

EXAMPLE = """\
{url}

export OPENAI_BASE_URL={url}
export OPENAI_API_KEY={key}
curl {url}/chat/completions -H "Authorization: Bearer $OPENAI_API_KEY" \\
  -d '{{"messages": [{{"role": "user", "content": "Hello"}}]}}'
"""


@click.command()
@click.argument("script", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", help="The address to listen on.  [127.0.0.1]")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="The port.  [a free one]")
@click.option("--token", help="What clients must send as their API key.  [anything will do]")
@click.option("--unsafe-bind", is_flag=True, help="Let other machines in; needs --token.")
def serve(script: Path, host: str, port: int, token: str | None, *, unsafe_bind: bool) -> None:
    """Answer as SCRIPT, a YAML file of rules, says, until Ctrl-C."""
    from evalkit.server.door import Binding
    from evalkit.server.thread import ServerThread

    binding = Binding(host, port, token, unsafe_bind)
    running = ServerThread(load_script(script), binding, _tell)
    with contextlib.suppress(KeyboardInterrupt), running as server:
        echo(EXAMPLE.format(url=server.base_url, key="TOKEN" if token else "any"))
        Event().wait()


def _tell(received: "Received") -> None:
    """Write a line on a request that has ended; one without an answer has no status."""
    milliseconds = (received.ended - received.started) * 1000
    what = received.rule or received.path
    status = str(received.status or "-")
    echo(table([(received.method, what, status, f"{milliseconds:.0f} ms")]))
