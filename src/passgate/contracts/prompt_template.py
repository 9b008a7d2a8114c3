"""The templates of prompts: text with ``{{name}}`` in it, and nothing else of a language.

A template is cut into its pieces once. What is put in for a name is never looked at again, so no value can name another
variable, and there is nothing that could be run.
"""

import re
from dataclasses import dataclass

LONGEST_NAME = 64
NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}")
"""Of a variable; it is a member of the caller's JSON too."""
_MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Where the value of a variable goes."""

    name: str


Piece = str | Placeholder


class TemplateError(ValueError):
    """What stands between two pairs of braces is no name."""

    def __init__(self, found: str) -> None:
        super().__init__(f"'{{{{{found[:40]}}}}}' is no variable: only {{{{name}}}} may stand there")


def pieces_of(template: str) -> tuple[Piece, ...]:
    """The template as literal texts and places, in order; spaces inside the braces mean nothing.

    Raises:
        TemplateError: there is more than a name between braces.
    """
    found: list[Piece] = []
    at = 0
    for mark in _MARK.finditer(template):
        name = mark[1].strip()
        if NAME.fullmatch(name) is None:
            raise TemplateError(mark[1])
        if mark.start() > at:
            found.append(template[at : mark.start()])
        found.append(Placeholder(name))
        at = mark.end()
    if at < len(template):
        found.append(template[at:])
    return tuple(found)


def names_in(template: str) -> tuple[str, ...]:
    """The variables that a template uses, in the order of their first use.

    Raises:
        TemplateError: as :func:`pieces_of`.
    """
    pieces = pieces_of(template)
    return tuple(dict.fromkeys(piece.name for piece in pieces if isinstance(piece, Placeholder)))
