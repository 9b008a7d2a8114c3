"""Two texts side by side, line by line: what went, what came."""

from difflib import SequenceMatcher

from passgate.console.components.label import called
from passgate.console.components.text import Words, box

_AROUND = 2
"""Unchanged lines that are shown before and after a change."""


def difference(title: str, before: str, after: str) -> None:
    """The changed lines of a text, with a few around them; nothing where both are the same."""
    if before == after:
        return
    old, new = before.splitlines(), after.splitlines()
    with called(title, box("pg-difference").props("role=group")):
        Words(title, "div", "pg-difference-title")
        for at, group in enumerate(SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(_AROUND)):
            if at:
                _line("…", "gap")
            for way, start, end, new_start, new_end in group:
                if way == "equal":
                    for line in old[start:end]:
                        _line(line, "same")
                    continue
                for line in old[start:end]:
                    _line(line, "removed")
                for line in new[new_start:new_end]:
                    _line(line, "added")


def _line(text: str, way: str) -> None:
    tag = {"removed": "del", "added": "ins"}.get(way, "span")
    Words(text, tag).props(f"data-way={way}")
