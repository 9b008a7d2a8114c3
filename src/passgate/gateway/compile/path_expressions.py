"""One expression for many paths, no larger than it must be.

A part that stands for a variable takes some hundred bytes of Envoy, so what paths have in common is written once:
their beginnings, and the ends that are the same behind several beginnings.
"""

from collections.abc import Iterable

Parts = tuple[str, ...]
"""A path as expressions that follow each other."""


def expression_of(paths: Iterable[Parts]) -> str:
    """An expression that takes exactly the paths that one of the given takes, without groups."""
    return _one_of(dict.fromkeys(paths))


def _one_of(paths: Iterable[Parts]) -> str:
    ends: dict[str, dict[Parts, None]] = {}
    may_end = False
    for path in paths:
        if path:
            ends.setdefault(path[0], {})[path[1:]] = None
        else:
            may_end = True
    beginnings: dict[frozenset[Parts], list[str]] = {}
    for first, rest in ends.items():
        beginnings.setdefault(frozenset(rest), []).append(first)
    ways = [_either(firsts) + _one_of(ends[firsts[0]]) for firsts in beginnings.values()]
    if not may_end:
        return _either(ways)
    return f"(?:{'|'.join(ways)})?" if ways else ""


def _either(ways: list[str]) -> str:
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
