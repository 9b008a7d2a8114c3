"""Pictures of pages, for whoever asks for them with ``--pictures``."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

_FADE_MS = 700
"""Colours fade over; a picture is the one thing that has no state to wait for."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Keeps pages in both themes; without a folder, nothing."""

    folder: str

    def keep(self, page: Page, name: str, *, full_page: bool = False) -> None:
        for theme in ("dark", "light") if self.folder else ():
            page.evaluate(f"window.passgateTheme.choose('{theme}')")
            page.wait_for_timeout(_FADE_MS)
            page.screenshot(path=Path(self.folder) / f"{name}-{theme}.png", full_page=full_page)


def keep_at_both_widths(page: Page, pictures: Pictures, name: str) -> None:
    """As on a telephone and on a desk; the page is left at the wider one."""
    for width in (390, 1360):
        page.set_viewport_size({"width": width, "height": 820})
        pictures.keep(page, f"{name}-{width}")
