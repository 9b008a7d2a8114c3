"""Patterns that people write: a part of regular expressions in which no search can run away.

Python's engine backtracks, so a careless expression may take hours over one page. What is allowed here has a bound
that can be read off the pattern: each repetition says how often at most, none repeats a group, and the ways in which a
match can be tried from one place are counted.
"""

import re

LONGEST_MATCH = 500
"""Characters; a stream holds back as much of an answer until it can be told."""
MOST_WAYS = 2_000
_LONGEST_PATTERN = 500
_CLASS = r"\[\^?(?:\\[dDwWsSnrt\\\]\[^.-]|[^\]\\\[])+\]"
_ONE = rf"\\[dDwWsS]|\\[^A-Za-z0-9]|\\[nrt]|{_CLASS}|[^\\\[\](){{}}*+?|^$]"
_TOKEN = re.compile(
    rf"(?P<edge>\\[bB])|(?P<one>{_ONE})|(?P<open>\((?:\?:)?)(?!\?)|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<times>\{(?P<least>\d{1,3})(?:,(?P<most>\d{1,3}))?\}|\?)"
)


class _Reading:
    """What has been read of a pattern: how long a match may be, and in how many ways it may be tried."""

    def __init__(self) -> None:
        self.width = 0
        self.before = ""
        self._open = [(0, 1)]
        """Of each group that is open, the whole pattern first: the ways of its earlier branches together, and of the
        present one. What follows each other multiplies, whatever stands beside each other adds up."""

    @property
    def depth(self) -> int:
        """How many groups are open."""
        return len(self._open) - 1

    @property
    def ways(self) -> int:
        """The ways of the whole pattern, once all of it is read."""
        return sum(self._open[0])

    def take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup or ""
        if match["times"] is not None:
            self._repeat(match)
            kind = "times"
        elif kind == "one":
            self.width += 1
        elif kind == "bar":
            self._open[-1] = (sum(self._open[-1]), 1)
        elif kind == "open":
            self._open.append((0, 1))
        elif kind == "close":
            if not self.depth:
                raise ValueError("a closing parenthesis has no opening one")
            self._multiply(sum(self._open.pop()))
        self.before = kind

    def _multiply(self, ways: int) -> None:
        earlier, present = self._open[-1]
        self._open[-1] = (earlier, present * ways)

    def _repeat(self, match: re.Match[str]) -> None:
        optional = match["times"] == "?"
        least = 0 if optional else int(match["least"])
        most = 1 if optional else int(match["most"] or least)
        if self.before not in {"one", "close"}:
            raise ValueError("a repetition follows a character, a class, or (with ? only) a group")
        if self.before == "close" and not optional:
            raise ValueError("a group cannot be repeated; ? after it is allowed")
        if most < least or most == 0:
            raise ValueError("a repetition needs a least and a larger most, such as {1,20}")
        if self.before == "one":
            self.width += most - 1
        self._multiply(most - least + 1)


def checked_pattern(pattern: str) -> str:
    """A pattern that may be searched for, as it was given.

    Raises:
        ValueError: it has an unbounded or nested repetition, looks around or back, could match an empty text, is
            longer than allowed, or is no regular expression.
    """
    if not 0 < len(pattern) <= _LONGEST_PATTERN:
        raise ValueError(f"a pattern has 1 to {_LONGEST_PATTERN} characters")
    reading = _read(pattern)
    if reading.depth:
        raise ValueError("a parenthesis is not closed")
    if reading.width > LONGEST_MATCH:
        raise ValueError(f"a match could be longer than {LONGEST_MATCH} characters")
    if reading.ways > MOST_WAYS:
        raise ValueError("the repetitions leave too many ways to match; make them narrower")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error.msg}") from None
    if compiled.match("") is not None:
        raise ValueError("it matches an empty text")
    return pattern


def longest_match(pattern: str) -> int:
    """How many characters a match of a checked pattern has at most."""
    return _read(pattern).width


def _read(pattern: str) -> _Reading:
    reading, at = _Reading(), 0
    while at < len(pattern):
        match = _TOKEN.match(pattern, at)
        if match is None:
            raise ValueError(
                f"{pattern[at : at + 8]!r} is not allowed: write repetitions as {{1,20}}, without *, +, anchors, "
                "look-around or back-references"
            )
        reading.take(match)
        at = match.end()
    return reading
