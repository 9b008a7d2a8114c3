"""Fields: a label, an input, a line of help, and the place where a problem is told."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from passgate.console.components.label import called
from passgate.console.components.text import Words, box
from passgate.console.icons import icon_path


@contextmanager
def _labelled(label: str, help_text: str, *, optional: bool) -> Iterator[list[ValidationElement[Any]]]:
    """A labelled place; the caller makes the input inside and hands it over in the list."""
    made: list[ValidationElement[Any]] = []
    with box("pg-field"):
        head = Words(label, "label")
        if optional:
            with head:
                Words(" (optional)", "span", "pg-optional")
        yield made
        for element in made:
            target = f"pg-input-{element.id}"
            head.props(f"for={target}")
            element.props(f"outlined dense hide-bottom-space for={target}")
            if help_text:
                element.props(f"aria-describedby={target}-help")
                Words(help_text, "div", "pg-help").props(f"id={target}-help")


def text_field(  # noqa: PLR0913 - each argument is one visible part of it
    label: str,
    *,
    value: str = "",
    help_text: str = "",
    placeholder: str = "",
    optional: bool = False,
    secret: bool = False,
    lines: int = 1,
) -> ui.input | ui.textarea:
    """A field for text; a secret one hides it, and browsers do not fill it in."""
    with _labelled(label, help_text, optional=optional) as place:
        made: ui.input | ui.textarea
        if lines > 1:
            made = ui.textarea(value=value, placeholder=placeholder).props(
                f'autogrow input-style="min-height: {20 * lines}px"'
            )
        else:
            made = ui.input(value=value, placeholder=placeholder, password=secret, password_toggle_button=secret)
            made.props(f"autocomplete={'new-password' if secret else 'off'}")
        place.append(made)
    return made


def choice_field(  # noqa: PLR0913 - each argument is one visible part of it
    label: str,
    options: Mapping[Any, str] | Sequence[str],
    *,
    value: Any = None,  # noqa: ANN401 - the options' keys are of any type
    help_text: str = "",
    optional: bool = False,
    multiple: bool = False,
    searchable: bool = False,
) -> ui.select:
    """A field for one (or several) of some options."""
    choices: dict[Any, str] | list[str] = dict(options) if isinstance(options, Mapping) else list(options)
    with _labelled(label, help_text, optional=optional) as place:
        made = ui.select(choices, value=value, multiple=multiple, with_input=searchable, clearable=optional)
        if searchable and not multiple:
            _search_beside(made)
        made.props(f'dropdown-icon="{icon_path("down")}" options-dense behavior=menu')
        if multiple:
            made.props("use-chips")
        place.append(made)
    return made


def number_field(label: str, *, help_text: str = "") -> ui.number:
    """A field for a number that may be left out."""
    with _labelled(label, help_text, optional=True) as place:
        made = ui.number(min=0).props("autocomplete=off")
        place.append(made)
    return made


def search_field(label: str, placeholder: str | None = None) -> ui.input:
    """A field that narrows a list; its label is read aloud only."""
    made = called(
        label, ui.input(placeholder=placeholder or f"{label}…").props("outlined dense clearable debounce=200")
    )
    with made.add_slot("prepend"):
        ui.icon(icon_path("search")).props('aria-hidden="true"').style("font-size: 15px")
    return made


def filter_field(
    label: str,
    options: Mapping[Any, str],
    value: Any = None,  # noqa: ANN401 - as above
    *,
    searchable: bool = False,
) -> ui.select:
    """A choice that narrows a list; its label is read aloud only."""
    made = ui.select(dict(options), value=value, with_input=searchable)
    if searchable:
        _search_beside(made)
    made.props(f'outlined dense options-dense behavior=menu dropdown-icon="{icon_path("down")}"')
    return called(label, made)


def _search_beside(choice: ui.select) -> None:
    """Let what is chosen stand beside what is typed: in its place it would narrow the list, and be typed into."""
    choice.props('placeholder=" "', remove="fill-input hide-selected").classes("pg-searched")
