"""Estimates of the tokens of replies."""

import subprocess
import sys

import pytest

from evalkit.model.chat import ChatReply, ToolCall
from evalkit.reading.estimate import MOST_COUNTED, PIECE, count, estimated_completion

WITHOUT_THE_EXTRA = """
import sys
sys.modules["bpe_openai"] = None
from evalkit.errors import CheckError
from evalkit.reading.estimate import count
try:
    count("a")
except CheckError as error:
    print(error.kind, error)
"""


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("two words", 2),
        ("<|endoftext|>", 7),
        ("a\ud800", 2),
        ("ab " * PIECE, PIECE),
        (" word" * MOST_COUNTED, MOST_COUNTED),
    ],
    ids=["empty", "words", "no special token", "half a character", "pieces", "cut"],
)
def test_a_text_has_about_so_many_tokens(text: str, tokens: int) -> None:
    assert count(text) == pytest.approx(tokens, rel=0.01)


def test_all_that_can_be_read_of_a_reply_counts() -> None:
    reply = ChatReply(
        text="two words",
        reasoning="two words",
        refusal="two words",
        tool_calls=(ToolCall(name="two words", arguments="two words"),),
    )

    assert estimated_completion(reply) == 10


def test_without_the_extra_it_is_named() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA], capture_output=True, text=True, check=True
    )

    assert told.stdout == (
        "missing_extra an estimate needs the extra: pip install 'evalkit[tokens]'\n"
    )
