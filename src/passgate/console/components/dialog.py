"""Dialogs: something to fill in, something to confirm, something to look at."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from nicegui import ui

from passgate.console.components.button import Kind, button, icon_button
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box

Size = Literal["normal", "wide"]
_FOCUS_FIRST = """() => {
  const body = [...document.querySelectorAll('.pg-dialog-body')].at(-1);
  if (!body?.contains(document.activeElement)) body?.querySelector('input, textarea')?.focus();
  // CodeMirror, once it has measured its lines, scrolls a long text to somewhere in its middle.
  body?.querySelectorAll('.cm-scroller').forEach((text) => {
    const back = () => (text.scrollTop = 0);
    text.addEventListener('scroll', back, { once: true });
    for (const own of ['wheel', 'pointerdown', 'keydown'])
      text.addEventListener(own, () => text.removeEventListener('scroll', back), { once: true });
  });
}"""
"""In the newest dialog, once it has slid in; whoever was quicker and types already is left where they are."""
Submit = Callable[[Form], Awaitable[object]]


@contextmanager
def form_dialog(  # noqa: PLR0913 - each argument is one visible part of it
    title: str, lead: str, submit_text: str, submit: Submit, *, kind: Kind = "primary", size: Size = "normal"
) -> Iterator[Form]:
    """A dialog with a form; fields are made inside. It closes when the submission is done."""
    form = Form()
    with _dialog(size, title) as dialog, box("pg-dialog-form", "form").props("novalidate") as element:
        _head(title, lead)
        with box("pg-dialog-body"):
            form.problem_place()
            yield form
        with box("pg-dialog-foot"):
            button("Cancel", dialog.close)
            pressed = button(submit_text, kind=kind).props("type=submit")

    async def submitted() -> None:
        done = await form.submit(lambda: submit(form), pressed)
        if done and not dialog.is_deleted:  # it goes with the page, where the submission built that anew
            dialog.close()

    element.on("submit.prevent", submitted)
    dialog.open()


@contextmanager
def view_dialog(title: str, lead: str = "", *, size: Size = "wide", done: str = "Done") -> Iterator[ui.dialog]:
    """A dialog that shows something; what it shows is made inside."""
    with _dialog(size, title) as dialog:
        _head(title, lead)
        with box("pg-dialog-body"):
            yield dialog
        with box("pg-dialog-foot"):
            button(done, dialog.close, kind="primary")
    dialog.open()


@contextmanager
def drawer(title: str, lead: str = "") -> Iterator[ui.dialog]:
    """A panel at the right edge, for the detail of a row."""
    with _dialog("normal", title, extra="pg-drawer") as dialog:
        dialog.props("position=right")
        with box("pg-dialog-head"), box("pg-between"):
            with box():
                Words(title, "h2")
                if lead:
                    Words(lead, "p", "pg-small")
            icon_button("close", "Close", dialog.close)
        with box("pg-dialog-body"):
            yield dialog
    dialog.open()


@contextmanager
def _dialog(size: Size, title: str, extra: str = "") -> Iterator[ui.dialog]:
    with (
        ui.dialog().props("transition-duration=100") as dialog,
        box(f"pg-dialog {extra}").props(f"data-size={size} role=dialog aria-modal=true") as panel,
    ):
        panel.props["aria-label"] = title
        yield dialog
    dialog.on("hide", dialog.delete)
    dialog.on("show", js_handler=_FOCUS_FIRST)


def _head(title: str, lead: str) -> None:
    with box("pg-dialog-head"):
        Words(title, "h2")
        if lead:
            Words(lead, "p")
