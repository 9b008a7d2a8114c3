"""Badges: a state in a word."""

from typing import Literal

from nicegui.element import Element

from passgate.console.components.text import Words, box

Tone = Literal["plain", "good", "warn", "bad", "info", "brand"]


def badge(text: str, tone: Tone = "plain", *, dot: bool = False) -> Element:
    """A state; colour never says it alone."""
    with box("pg-badge", "span").props(f"data-tone={tone}") as made:
        if dot:
            box("pg-dot", "span")
        Words(text)
    return made
