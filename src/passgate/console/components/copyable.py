"""Text that one copies: ids, secrets, code."""

from html import escape

from nicegui import ui

from passgate.console.components.highlight import Language, highlighted

_COPY = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 9h11v11H9z M15 9V4H4v11h5"/></svg>'


def _copy_button(text: str, words: str = "") -> str:
    opening = f'<button type="button" class="pg-copy" aria-label="Copy" data-copy="{escape(text)}">'
    return f"{opening}{_COPY}{words}</button>"


def identifier(text: str) -> None:
    """An id, with a button that copies it."""
    ui.html(f"<span>{escape(text)}</span>{_copy_button(text)}", sanitize=False, tag="span").classes("pg-id")


def secret_once(text: str, label: str) -> None:
    """A secret that is shown this once, in full, with a button that copies it."""
    ui.html(
        f'<code aria-label="{escape(label)}">{escape(text)}</code>{_copy_button(text, "Copy")}', sanitize=False
    ).classes("pg-secret")


def snippet(code: str, language: Language) -> None:
    """A piece of code to copy."""
    ui.html(
        f'<pre tabindex="0"><code>{highlighted(code, language)}</code></pre>{_copy_button(code)}', sanitize=False
    ).classes("pg-snippet")
