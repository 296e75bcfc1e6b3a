"""Amounts as options write them: numbers of tokens, dollars and times."""

from argparse import ArgumentTypeError
from math import isfinite


def tokens(written: str) -> int:
    """Read a number of tokens; raises ArgumentTypeError where it is none."""
    if not written.isdecimal() or int(written) == 0:
        raise ArgumentTypeError(f"{written!r} is no number of tokens above 0")
    return int(written)


def dollars(written: str) -> float:
    """Read an amount of US dollars; raises ArgumentTypeError where it is none."""
    return _above_zero(written, f"{written!r} is no amount of dollars above 0")


def seconds(written: str) -> float:
    """Read a time; raises ArgumentTypeError where it is none."""
    from evalkit.model.limit import seconds as read

    problem = f"{written!r} is no time: write 90s, 10m or a number of seconds"
    try:
        return _above_zero(written if _is_number(written) else str(read(written)), problem)
    except ValueError:
        raise ArgumentTypeError(problem) from None


def _is_number(written: str) -> bool:
    try:
        float(written)
    except ValueError:
        return False
    return True


def _above_zero(written: str, problem: str) -> float:
    if not _is_number(written) or not isfinite(float(written)) or float(written) <= 0:
        raise ArgumentTypeError(problem)
    return float(written)
