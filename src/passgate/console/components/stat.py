"""Figures: a number, what it counts, and how it went."""

from collections.abc import Sequence

from passgate.console.components.chart import BRAND, sparkline
from passgate.console.components.text import Words, box


def stat(name: str, value: str, note: str, course: Sequence[float], color: str = BRAND) -> None:
    """A figure with its course."""
    with box("pg-card pg-stat"):
        Words(name, "div", "pg-stat-name")
        Words(value, "div", "pg-stat-value")
        Words(note, "div", "pg-stat-note")
        sparkline(course, color)
