"""Moving things up and down in an order."""

from collections.abc import Sequence

Steps = list[list[str]]
"""Ids of deployments, step by step; those of one step share its calls."""


def moved(steps: Steps, one: str, *, up: bool) -> Steps:
    """The steps with one deployment a step earlier or later.

    Out of a step that it shares it gets one of its own, before or behind that; from a step of its own it goes past the
    neighbouring one.
    """
    at = next(index for index, step in enumerate(steps) if one in step)
    rest = [other for other in steps[at] if other != one]
    others = [*steps[:at], *([rest] if rest else []), *steps[at + 1 :]]
    before = at if rest else max(0, at - 1)
    place = before if up else at + 1
    return [*others[:place], [one], *others[place:]]


def placed(steps: Steps, one: str, target: str, place: str) -> Steps:
    """The steps with one deployment in a step of its own, ``before`` or ``behind`` another's, or in that (``onto``)."""
    without = [[other for other in step if other != one] for step in steps]
    at = next(index for index, step in enumerate(without) if target in step)
    if place == "onto":
        without[at].append(one)
    else:
        without.insert(at if place == "before" else at + 1, [one])
    return [step for step in without if step]


def joined(steps: Steps, one: str) -> Steps:
    """The steps with one deployment in the step above its own; as they were where there is none."""
    at = next(index for index, step in enumerate(steps) if one in step)
    if at == 0:
        return steps
    rest = [other for other in steps[at] if other != one]
    above = [*steps[at - 1], one]
    return [*steps[: at - 1], above, *([rest] if rest else []), *steps[at + 1 :]]


def swapped(ids: Sequence[str], one: str, *, up: bool) -> list[str]:
    """The ids with one of them a place earlier or later."""
    at = ids.index(one)
    rest = [other for other in ids if other != one]
    place = max(0, at - 1) if up else at + 1
    return [*rest[:place], one, *rest[place:]]
