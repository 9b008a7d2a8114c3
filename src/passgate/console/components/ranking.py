"""Rankings: who leads, as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from passgate.console.components.text import Words, box


@dataclass(frozen=True, slots=True)
class Leader:
    """A name, its size, and what to say of it."""

    name: str
    size: int
    text: str
    href: str | None = None


def ranking(leaders: Sequence[Leader]) -> None:
    """Bars as long as the sizes are, against the largest."""
    largest = max((leader.size for leader in leaders), default=0) or 1
    with box("pg-bars"):
        for leader in leaders:
            with box("pg-bar"):
                name = Words(leader.name, "a" if leader.href else "span", "pg-cell-text")
                if leader.href:
                    name.props["href"] = leader.href
                Words(leader.text, "span", "pg-number pg-faint")
                with box("pg-bar-track"):
                    box().style(f"width: {max(1, leader.size * 100 // largest)}%")
