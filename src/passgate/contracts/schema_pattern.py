"""Patterns in schemas of others' documents (ECMA-262, section 22.2): which of them may be asked about a caller's text.

Python's engine backtracks. What is asked here has a cost that the pattern itself shows: no repetition of something that
repeats, unless a letter parts the rounds, and so many unbounded repetitions only as the length of the text allows.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]  # the only parser of the engine's own language
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_LONGEST_PATTERN = 1_000
ANY_LENGTH = 100_000
"""Characters of a text that a pattern without a cost of its own is asked about."""
_LONGEST_TEXT = {0: ANY_LENGTH, 1: ANY_LENGTH, 2: 2_000, 3: 200}
"""Characters of a text, by how many repetitions may share it out among themselves."""
_FEW = 3
_MOST_WAYS = 200
_ONE = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


@lru_cache(maxsize=4096)
def longest_text(pattern: str) -> int:
    """How long a text may be that the pattern is asked about, in characters; 0: it is not asked at all."""
    if len(pattern) > _LONGEST_PATTERN:
        return 0
    try:
        parsed = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return 0
    if parsed.state.flags & ~re.UNICODE:
        return 0  # such as (?i), which ECMA-262 has not: what a letter is would be another question then
    anchored = bool(parsed) and parsed[0] == (codes.AT, codes.AT_BEGINNING)
    try:
        cost = _cost(parsed)
    except ValueError:
        return 0
    return _LONGEST_TEXT.get(cost.shares + (0 if anchored else 1), 0) if cost.ways <= _MOST_WAYS else 0


@dataclass(frozen=True, slots=True)
class _Cost:
    """How many repetitions could share a text out, and in how many ways what is bounded may be tried."""

    shares: int = 0
    ways: int = 1

    def then(self, other: "_Cost") -> "_Cost":
        return _Cost(self.shares + other.shares, min(self.ways * other.ways, _MOST_WAYS + 1))


def _cost(parsed: Any) -> _Cost:  # noqa: ANN401 - the parser's own structure
    """The cost of a sequence.

    Raises:
        ValueError: something whose cost cannot be read off.
    """
    total = _Cost()
    for code, given in parsed:
        if code in _REPEATS:
            total = total.then(_of_repeat(*given))
        elif code is codes.SUBPATTERN:
            if given[1] or given[2]:
                raise ValueError("it has flags of its own")
            total = total.then(_cost(given[3]))
        elif code is codes.BRANCH:
            costs = [_cost(one) for one in given[1]]
            total = total.then(_Cost(max(one.shares for one in costs), sum(one.ways for one in costs)))
        elif code not in _ONE and code is not codes.AT:
            raise ValueError("it looks around or back")
    return total


def _of_repeat(least: int, most: int, body: Any) -> _Cost:  # noqa: ANN401 - as above
    if len(body) == 1 and body[0][0] in _ONE:
        if most <= _FEW:
            return _Cost(0, most - least + 1)
        return _Cost(0 if least == most else 1)
    inner = _cost(body)
    if most <= _FEW or (least == most and inner == _Cost()):
        return _Cost(inner.shares * most, min((inner.ways**most) * (most - least + 1), _MOST_WAYS + 1))
    _require_parted(body)
    return _Cost(1)


def _require_parted(body: Any) -> None:  # noqa: ANN401 - as above
    """A group that repeats: its rounds have one form each, or begin with a letter that nothing else in them takes."""
    items = list(body)
    while len(items) == 1 and items[0][0] is codes.SUBPATTERN:
        items = list(items[0][1][3])
    if all(code in _ONE for code, _ in items):
        return
    repeats = [given for code, given in items if code in _REPEATS]
    parts = items[0] if items[0][0] is codes.LITERAL else items[-1]
    others = [one for one in items if one is not parts]
    if len(repeats) != 1 or parts[0] is not codes.LITERAL:
        raise ValueError("rounds that nothing parts")
    for code, given in others:
        one = (code, given) if code not in _REPEATS else given[2][0] if len(given[2]) == 1 else (None, None)
        if one[0] not in {codes.LITERAL, codes.IN} or _takes(one, chr(parts[1])):
            raise ValueError("rounds that nothing parts")


def _takes(item: Any, letter: str) -> bool:  # noqa: ANN401 - as above
    code, given = item
    if code is codes.LITERAL:
        return chr(given) == letter
    for kind, value in given:
        if kind is codes.LITERAL and chr(value) == letter:
            return True
        if kind is codes.RANGE and value[0] <= ord(letter) <= value[1]:
            return True
        if kind is codes.CATEGORY:
            if value is codes.CATEGORY_WORD and not re.match(r"\w", letter):
                continue
            if value is codes.CATEGORY_DIGIT and not re.match(r"\d", letter):
                continue
            return True
        if kind is codes.NEGATE:
            return True
    return False
