"""Text for a terminal or a build log: nothing in it can steer either of them."""

import re

STEERING = re.compile(
    r"""
      (?:\x1b\[|\x9b) [0-?]* [ -/]* [@-~]                       # CSI: colours, cursor, erasing
    | (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])                   # OSC, DCS, SOS, PM, APC …
      [^\x00-\x06\x0e-\x1f\x7f-\x9f]* (?:\x07|\x1b\\|\x9c)      # … with their payload, if ended
    | \x1b [ -/]+ [0-~]                                         # character sets
    | \x1b [0-~]                                                # other escapes of two characters
    """,
    re.VERBOSE,
)
"""Escape sequences of ECMA-48; one that is not ended loses its introducer only."""

LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""C0, DEL, C1 and the controls of text direction."""

COMMANDS = re.compile(r"(?m)^(\s*)::(?=[A-Za-z])|#(?=#[\w-]*\[)")
"""Workflow commands: `::error::` at a line's start, `##[error]` and `##vso[…]` anywhere."""


def clean(text: str, *, single_line: bool = False) -> str:
    r"""Give text as it may be shown: no control characters, no commands to a build service.

    Lone surrogates become `\udXXX`. With `single_line` a line's end becomes `\n`, a tab a space.
    """
    text = LINE_ENDS.sub("\n", STEERING.sub("", text))
    text = COMMANDS.sub(_defuse, INVISIBLE.sub("", text))
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\n", r"\n").replace("\t", " ") if single_line else text


def _defuse(command: re.Match[str]) -> str:
    return "#\\" if command[0] == "#" else rf"{command[1]}\::"
