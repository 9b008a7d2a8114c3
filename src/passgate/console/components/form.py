"""Forms: named fields, one submission at a time, problems told where they belong."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.validation_element import ValidationElement
from nicegui.elements.mixins.value_element import ValueElement
from pydantic import ValidationError

from passgate.console.components.icon import icon
from passgate.console.components.text import Words, box
from passgate.console.problems import by_field, problems_of
from passgate.kernel.errors import PassgateError


class Form:
    """The fields of a form, by the names that services know them by."""

    def __init__(self) -> None:
        self._fields: dict[str, ValueElement[Any]] = {}
        self._banner: Element | None = None
        self._words: Words | None = None

    def add(self, name: str, field: ValueElement[Any]) -> None:
        """Take in a field; a problem that names it is shown there."""
        self._fields[name] = field

    def field(self, name: str) -> ValueElement[Any]:
        """A field itself."""
        return self._fields[name]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a field's value is of its input's type
        """What a field holds; text without the blanks around it."""
        value = self._fields[name].value
        return value.strip() if isinstance(value, str) else value

    def secret(self, name: str) -> str:
        """A field's text as it was typed, blanks around it and all."""
        return str(self._fields[name].value or "")

    def text(self, name: str) -> str | None:
        """A field's text, None where it is empty."""
        return self[name] or None

    def problem_place(self) -> None:
        """Make the place, here, for problems that belong to no field."""
        with box("pg-banner").props("data-tone=bad role=alert") as self._banner:
            icon("warning")
            self._words = Words("", "div", "pg-grow")
        self._banner.set_visibility(False)

    async def submit(self, job: Callable[[], Awaitable[object]], pressed: ui.button | None = None) -> bool:
        """Do the job; tell what it was refused for, and return whether it was done."""
        self._clear()
        if pressed is not None:
            pressed.props("loading disable")
        try:
            await job()
        except (PassgateError, ValidationError) as error:
            self._tell(error)
            return False
        finally:
            if pressed is not None and not pressed.is_deleted:
                pressed.props(remove="loading disable")
        return True

    @property
    def _told(self) -> dict[str, ValidationElement[Any]]:
        """The fields that have a place for a problem; switches have none."""
        return {name: field for name, field in self._fields.items() if isinstance(field, ValidationElement)}

    def _clear(self) -> None:
        for field in self._told.values():
            field.error = None
        if self._banner is not None:
            self._banner.set_visibility(False)

    def _tell(self, error: PassgateError | ValidationError) -> None:
        inline, others = by_field(problems_of(error), self._told)
        for name, message in inline.items():
            self._told[name].error = message
        if others and self._banner is not None and self._words is not None:
            self._words.say(" ".join(others))
            self._banner.set_visibility(True)
