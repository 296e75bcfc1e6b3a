"""Checks of this project's own, for suites to name."""

from evalkit import Evidence, Verdict

SHOUTING = 0.3


def calm(text: str) -> Verdict:
    """Fail where too many of the letters are capitals."""
    letters = [letter for letter in text if letter.isalpha()]
    share = sum(letter.isupper() for letter in letters) / max(1, len(letters))
    told = f"{share:.0%} of the letters are capitals"
    seen = (Evidence(message=told, excerpt=text[:80]),)
    return Verdict.when(share <= SHOUTING, yes=told, no=told, evidence=seen)


def brevity(text: str, words: int) -> float:
    """Give 1 for a text of at most so many words, less for each one more."""
    return min(1.0, words / max(1, len(text.split())))
