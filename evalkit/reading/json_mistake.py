"""The first mistake of a text that is no strict JSON: slow, exact, and without recursion."""

import json
import math
import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

DEPTH = 500
DIGITS = 4_300
"""The most levels of nesting and the most digits of an integer that are read."""

TOKENS = 250_000
"""The most tokens that are walked over in search of a mistake."""

SPACE = re.compile(r"[ \t\n\r]*+")
CHARACTERS = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+'
STRING_START = re.compile(CHARACTERS)
TOKEN = re.compile(
    rf'(?P<string>{CHARACTERS}")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)"
    r"|(?P<word>(?:true|false|null)(?!\w))"
    r"|(?P<mark>[\[\]{},:])"
)
WORD = re.compile(r"-?\w+|.", re.DOTALL)
CUT = re.compile(r"-|tr?u?|fa?l?s?|nu?l?")
CUT_ESCAPE = re.compile(r"(?:\\(?:u[0-9a-fA-F]{0,3})?)?\Z")

NO_JSON = {
    "'": "single quotes: JSON writes strings in double quotes",
    "\ufeff": "a byte order mark, which is no part of JSON",
    "/": "a comment, which JSON does not have",
    "`": "a code fence or quote around the value",
}
CONSTANTS = frozenset({"NaN", "-NaN", "Infinity", "-Infinity"})


class InvalidJson(ValueError):
    """There is no strict JSON value here: why, and at which index of the text."""

    def __init__(self, reason: str, place: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


class _Open(NamedTuple):
    """An array or object that is not closed yet: its closing bracket and its keys so far."""

    end: str
    keys: set[str]


_State: TypeAlias = Callable[[_Token], "_State | None"]


def first_mistake(text: str, start: int) -> InvalidJson:
    """Say what keeps the value that starts at `start` from being read."""
    try:
        _Scan(text, start).run()
    except InvalidJson as mistake:
        return mistake
    return InvalidJson("a value that this machine cannot hold", start)


class _Scan:
    """A walk over the tokens of one value; every state takes a token and gives the next state."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.place = start
        self.open: list[_Open] = []

    def run(self) -> None:
        state: _State | None = self.value
        for _ in range(TOKENS):
            if state is None:
                return
            state = state(self.token())
        raise InvalidJson(f"a mistake somewhere behind {TOKENS:,} tokens", self.place)

    def token(self) -> _Token:
        place = _behind(SPACE, self.text, self.place)
        match = TOKEN.match(self.text, place)
        if match is None:
            return self.odd(place)
        self.place = match.end()
        return _Token(match.lastgroup or "", match[0], place)

    def value(self, token: _Token) -> _State | None:
        if token.text in ("[", "{"):
            return self.enter(token)
        if token.kind in ("mark", "odd"):
            raise InvalidJson(f"expected a value, found {token.text!r}", token.place)
        if token.kind == "number":
            _check_number(token)
        return self.after

    def enter(self, token: _Token) -> _State:
        if len(self.open) == DEPTH:
            raise InvalidJson(f"nested deeper than {DEPTH} levels", token.place)
        self.open.append(_Open("]" if token.text == "[" else "}", set()))
        return self.first

    def first(self, token: _Token) -> _State | None:
        if token.text == self.open[-1].end:
            return self.leave()
        return self.value(token) if self.open[-1].end == "]" else self.key(token)

    def following(self, token: _Token) -> _State | None:
        if token.text == self.open[-1].end:
            raise InvalidJson(f"a comma before the closing {token.text!r}", token.place)
        return self.first(token)

    def key(self, token: _Token) -> _State:
        if token.kind != "string":
            raise InvalidJson(f"expected a key in double quotes, found {token.text!r}", token.place)
        name, keys = json.loads(token.text), self.open[-1].keys
        if name in keys:
            raise InvalidJson(f"the key {name!r} occurs twice", token.place)
        keys.add(name)
        return self.colon

    def colon(self, token: _Token) -> _State:
        if token.text != ":":
            raise InvalidJson(f"expected ':' behind the key, found {token.text!r}", token.place)
        return self.value

    def comma(self, token: _Token) -> _State | None:
        end = self.open[-1].end
        if token.text == end:
            return self.leave()
        if token.text != ",":
            raise InvalidJson(f"expected ',' or {end!r}, found {token.text!r}", token.place)
        return self.following

    def leave(self) -> _State | None:
        self.open.pop()
        return self.after

    @property
    def after(self) -> _State | None:
        return self.comma if self.open else None

    def odd(self, place: int) -> _Token:
        """Take what stands at `place`, where no token of JSON begins; raises what can be named."""
        found = WORD.match(self.text, place)
        if found is None or (found.end() == len(self.text) and CUT.fullmatch(found[0])):
            raise InvalidJson("the text ends inside the value", place)
        if found[0] == '"':
            raise self.broken_string(place)
        if found[0] in CONSTANTS:
            raise InvalidJson(f"{found[0]} is no JSON number", place)
        if found[0] in NO_JSON:
            raise InvalidJson(NO_JSON[found[0]], place)
        return _Token("odd", found[0][:40], place)

    def broken_string(self, start: int) -> InvalidJson:
        place = _behind(STRING_START, self.text, start)
        if CUT_ESCAPE.match(self.text, place):
            return InvalidJson("the text ends inside a string", start)
        found = self.text[place]
        if found == "\\":
            return InvalidJson(f"no escape of JSON: {self.text[place : place + 2]!r}", place)
        return InvalidJson(f"{found!r} inside a string must be escaped", place)


def _check_number(token: _Token) -> None:
    if token.text.lstrip("-").isdigit():
        if len(token.text) > DIGITS:
            raise InvalidJson(f"an integer of more than {DIGITS:,} digits", token.place)
    elif math.isinf(float(token.text)):
        raise InvalidJson(f"{token.text[:40]} is too large for a number", token.place)


def _behind(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place
