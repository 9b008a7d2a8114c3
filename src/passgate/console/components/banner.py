"""Banners: what a page must say before anything else."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui.element import Element

from passgate.console.components.badge import Tone
from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box

_ICONS = {"bad": "warning", "warn": "warning", "good": "check"}


@contextmanager
def banner(title: str, text: str = "", *, tone: Tone = "info") -> Iterator[Element]:
    """A banner; what is made inside stands below its text."""
    with box("pg-banner").props(f'data-tone={tone} role="{"alert" if tone == "bad" else "status"}"') as made:
        icon(_ICONS.get(tone, "info"))
        with box("pg-grow"):
            Words(title, "div", "pg-strong")
            if text:
                Words(text, "p", "pg-small")
            yield made
