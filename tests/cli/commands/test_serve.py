"""`evalkit serve`, in a process of its own: a scripted deployment on loopback until Ctrl-C."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import TypeAlias

import httpx
import pytest

ROOT = Path(__file__).parents[3]
DEADLINE = 30
"""Seconds that anything may take."""

Program: TypeAlias = Callable[..., CompletedProcess[str]]
Serve: TypeAlias = Callable[..., "Served"]


class Served:
    """The command while it runs."""

    def __init__(self, process: Popen[bytes]) -> None:
        self.process = process
        self.said = self.read()

    @property
    def url(self) -> str:
        return self.said.partition("\n")[0]

    def read(self) -> str:
        """Give what it says next, within the deadline."""
        output = self.process.stdout
        if output is None or not select.select([output], [], [], DEADLINE)[0]:
            pytest.fail(f"nothing was said within {DEADLINE} s")
        return os.read(output.fileno(), 65_536).decode()

    def ask(self, text: str, **headers: str) -> httpx.Response:
        body = {"messages": [{"role": "user", "content": text}]}
        url = f"{self.url}/chat/completions"
        return httpx.post(url, json=body, headers=headers, timeout=DEADLINE, trust_env=False)

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; give the exit code and what went to stderr."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, errors.decode()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start `evalkit serve` in the test's folder; it ends with the test."""
    with ExitStack() as running:

        def start(*arguments: str) -> Served:
            kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
            process = Popen(
                [sys.executable, "-m", "evalkit", "serve", *arguments],
                cwd=tmp_path,
                env={**kept, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            running.enter_context(process)
            running.callback(process.kill)
            return Served(process)

        yield start


@pytest.fixture
def script(tmp_path: Path) -> str:
    """Write a script and give its path."""
    text = "rules:\n  - {when: {user: hello}, reply: Hi there.}\n"
    (tmp_path / "bot.yaml").write_text(text, encoding="utf-8")
    return "bot.yaml"


def test_it_says_where_it_listens_and_how_it_is_called(serve: Serve, script: str) -> None:
    served = serve(script)

    assert served.said == (
        f"{served.url}\n\n"
        f"export OPENAI_BASE_URL={served.url}\n"
        "export OPENAI_API_KEY=any\n"
        f'curl {served.url}/chat/completions -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
        '  -d \'{"messages": [{"role": "user", "content": "Hello"}]}\'\n\n'
    )
    assert served.url.startswith("http://127.0.0.1:")


def test_a_chat_is_answered_by_the_script(serve: Serve, script: str) -> None:
    answer = serve(script).ask("hello")

    assert answer.json()["choices"][0]["message"]["content"] == "Hi there."


@pytest.mark.parametrize(
    ("text", "status"), [("hello", "200"), ("goodbye", "404")], ids=["answered", "not answered"]
)
def test_a_request_is_told_when_it_has_ended(
    serve: Serve, script: str, text: str, status: str
) -> None:
    served = serve(script)
    served.ask(text)

    line = served.read()

    assert re.fullmatch(rf"POST  .+  {status}  \d+ ms\n", line)


@pytest.mark.parametrize(
    ("sent", "status"), [("Bearer right", 200), ("Bearer wrong", 401)], ids=["right", "wrong"]
)
def test_a_token_is_demanded(serve: Serve, script: str, sent: str, status: int) -> None:
    served = serve(script, "--token", "right")

    assert served.ask("hello", Authorization=sent).status_code == status


def test_a_token_is_not_shown(serve: Serve, script: str) -> None:
    served = serve(script, "--token", "s3cret-token")

    assert ("s3cret" in served.said, "OPENAI_API_KEY=TOKEN" in served.said) == (False, True)


def test_the_port_can_be_chosen(serve: Serve, script: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert serve(script, "--port", str(port)).url == f"http://127.0.0.1:{port}/v1"


def test_control_c_ends_it_well(serve: Serve, script: str) -> None:
    assert serve(script).stop() == (0, "")


def test_control_c_ends_it_well_after_an_answer(serve: Serve, script: str) -> None:
    served = serve(script)
    served.ask("hello")

    assert served.stop() == (0, "")


def test_a_script_may_lie_anywhere(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("other") / "bot.yaml"
    file.write_text("otherwise: I do not know.\n", encoding="utf-8")

    answer = serve(str(file)).ask("hello")

    assert answer.json()["choices"][0]["message"]["content"] == "I do not know."


REACHED = "  hint: that needs --unsafe-bind and --token\n"


@pytest.mark.parametrize(
    "arguments",
    [[], ["--unsafe-bind"], ["--token", "t"]],
    ids=["nothing said", "no token", "not called unsafe"],
)
def test_other_machines_are_kept_out(evalkit: Program, script: str, arguments: list[str]) -> None:
    done = evalkit("serve", script, "--host", "0.0.0.0", *arguments)  # noqa: S104 - it is refused

    assert (done.returncode, done.stdout, done.stderr) == (
        4,
        "",
        f"'0.0.0.0' can be reached from other machines\n{REACHED}",
    )


def test_a_port_in_use_is_told(evalkit: Program, script: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = evalkit("serve", script, "--port", str(port))

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith(f"cannot listen on 127.0.0.1:{port}: ")


BAD = [
    (
        "a slip",
        "rules:\n  - reply: hi\n    wen: {user: x}\n",
        (
            "bot.yaml:3:5: unknown key 'wen'\n"
            "    3 |     wen: {user: x}\n"
            "            ^^^\n"
            "  hint: did you mean 'when'?\n"
        ),
    ),
    (
        "two mistakes",
        "modle: x\nrules: [{reply: {text: a, echo: true}}]\n",
        (
            "bot.yaml:1:1: unknown key 'modle'\n"
            "    1 | modle: x\n"
            "        ^^^^^\n"
            "  hint: did you mean 'model'?\n\n"
            "bot.yaml:2:17: a reply is one of echo and text, not both\n"
            "    2 | rules: [{reply: {text: a, echo: true}}]\n"
            "                        ^^^^^^^^^^^^^^^^^^^^^\n"
        ),
    ),
    (
        "a list",
        "- reply: hi\n",
        (
            "bot.yaml:1:1: a script must be a mapping, not a list\n"
            "    1 | - reply: hi\n"
            "        ^\n"
            "  hint: write rules: [{reply: Hello}]\n"
        ),
    ),
    ("nothing", "", "bot.yaml:1:1: the file is empty\n"),
    (
        "a suite",
        "conversations: []\n",
        (
            "bot.yaml:1:1: unknown key 'conversations'\n"
            "    1 | conversations: []\n"
            "        ^^^^^^^^^^^^^\n"
            "  hint: 'conversations' is a key of the suite\n"
        ),
    ),
    (
        "a regex that is none",
        "rules: [{when: {user: {regex: '['}}, reply: hi}]\n",
        (
            "bot.yaml:1:31: no valid regex: unterminated character set at position 0\n"
            "    1 | rules: [{when: {user: {regex: '['}}, reply: hi}]\n"
            "                                      ^^^\n"
        ),
    ),
]


@pytest.mark.parametrize(("_", "text", "message"), BAD, ids=[row[0] for row in BAD])
def test_a_script_with_a_mistake_is_told(
    evalkit: Program, tmp_path: Path, _: str, text: str, message: str
) -> None:
    (tmp_path / "bot.yaml").write_text(text, encoding="utf-8")

    done = evalkit("serve", "bot.yaml")

    assert (done.returncode, done.stdout, done.stderr) == (4, "", message)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("bo.yaml", "bo.yaml:1:1: 'bo.yaml' cannot be read: no such file or directory\n"),
        (".", ".:1:1: '.' is a folder\n"),
    ],
    ids=["a slip", "a folder"],
)
@pytest.mark.usefixtures("script")
def test_a_script_that_is_not_there_is_told(evalkit: Program, path: str, message: str) -> None:
    done = evalkit("serve", path)

    assert (done.returncode, done.stdout, done.stderr) == (4, "", message)
