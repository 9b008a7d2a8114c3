"""The variables of a prompt that is being written: a row each, and a dialog for what a row has no room for."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from passgate.console.components.badge import badge
from passgate.console.components.button import icon_button
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import number_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.label import called
from passgate.console.components.text import Words, box, muted
from passgate.console.pages.prompts.draft import Draft, as_typed, typed_values
from passgate.contracts.prompt import PromptVariable

_KINDS = {
    "text": "Text",
    "number": "Number",
    "boolean": "Yes or no",
    "enum": "One of",
    "list": "List",
    "image": "Image",
}
_LENGTHS = {"text": "Longest, characters", "list": "Most entries"}


class VariableRows:
    """The rows; they are made anew only when a variable comes, goes or becomes another."""

    def __init__(self, draft: Draft, changed: Callable[[], None]) -> None:
        self._draft, self._changed = draft, changed
        self._shown: list[PromptVariable] | None = None
        self._place = box("pg-stack-s")

    def show(self, used: list[PromptVariable]) -> None:
        """Show those that the text uses."""
        if used == self._shown:
            return
        self._shown = list(used)
        with self._place.clear():
            Words("Variables", "label")
            if not used:
                muted("None yet.")
            for variable in used:
                self._row(variable)

    def _change(self, name: str, **fields: Any) -> None:  # noqa: ANN401 - fields of a variable, of any type
        self._draft.variables[name] = self._draft.variables[name].model_copy(update=fields)
        self._changed()

    def _row(self, variable: PromptVariable) -> None:
        name = variable.name
        with box("pg-row"):
            badge(name, "brand")
            kind = called(f"Kind of {name}", ui.select(_KINDS, value=variable.kind).props("outlined dense"))
            kind.on_value_change(lambda event: self._take_kind(name, event.value))
            needed = ui.switch("required", value=variable.required)
            needed.on_value_change(lambda event: self._change(name, required=event.value))
            if variable.kind == "enum":
                choices = ui.input(value=", ".join(variable.choices), placeholder="red, green")
                called(f"Choices of {name}", choices.props("outlined dense"))
                choices.on("blur", lambda: self._change(name, choices=tuple(_listed(str(choices.value)))))
            icon_button("edit", f"Rules of {name}", lambda: self._ask(self._draft.variables[name]))

    def _take_kind(self, name: str, kind: str) -> None:
        self._change(name, kind=kind, choices=(), default=None, max_length=None, minimum=None, maximum=None)

    def _ask(self, variable: PromptVariable) -> None:
        async def save(form: Form) -> None:
            given = variable.model_dump()
            given["description"] = form["description"]
            given["default"] = typed_values([variable], {variable.name: form["default"]}).get(variable.name)
            if variable.kind in _LENGTHS:
                given["max_length"] = int(form["max_length"]) if form["max_length"] else None
            if variable.kind == "number":
                given.update(minimum=form["minimum"], maximum=form["maximum"])
            self._draft.variables[variable.name] = PromptVariable.model_validate(given)
            self._changed()

        lead = "Callers read the description; what breaks a rule is refused, and no model is asked."
        with form_dialog(f"Rules of {variable.name}", lead, "Keep", save) as form:
            form.add("description", text_field("Description", value=variable.description, optional=True))
            default = "" if variable.default is None else as_typed(variable.default)
            told = "Taken where a caller sends nothing."
            lines = 3 if variable.kind in _LENGTHS else 1
            form.add("default", text_field("Default", value=default, optional=True, help_text=told, lines=lines))
            if variable.kind in _LENGTHS:
                form.add("max_length", _number(_LENGTHS[variable.kind], variable.max_length))
            if variable.kind == "number":
                with box("pg-grid-2"):
                    form.add("minimum", _number("Least", variable.minimum, any_sign=True))
                    form.add("maximum", _number("Most", variable.maximum, any_sign=True))


def _number(label: str, value: float | None, *, any_sign: bool = False) -> ui.number:
    made = number_field(label)
    if any_sign:
        made.min = float("-inf")
    made.value = value
    return made


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
