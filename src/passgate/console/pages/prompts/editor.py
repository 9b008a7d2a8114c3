"""The editor of a prompt: written on the left, tried and tested on the right."""

import json
from collections.abc import Callable
from typing import Any

from nicegui import ui

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.field import choice_field, number_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import box
from passgate.console.pages.prompts.draft import (
    BLANK_SCHEMA,
    SHOWN_PARAMETERS,
    Draft,
    Written,
    definition_from,
    with_member,
)
from passgate.console.pages.prompts.tests import Run, TestsCard
from passgate.console.pages.prompts.trying import TryingCard
from passgate.console.pages.prompts.variables import VariableRows
from passgate.console.pages.services.field_rows import FieldRows
from passgate.console.visit import Visit
from passgate.contracts.prompt import PromptDefinition, PromptExample
from passgate.publishing.prompts.service import models_for

_MEMBERS = {"string": "Text", "number": "Number", "boolean": "Yes or no", "array": "List of texts"}
_USER = "Classify the sentiment of {{text}}"


class PromptEditor:
    """The cards of a prompt; the page gives them their places.

    Args:
        visit: the open page.
        form: takes the fields in, so that a refusal is told at them.
        team: whose models it asks.
        prompt: what there is; None: a new one.
    """

    def __init__(
        self, visit: Visit, form: Form, team: Callable[[], str], prompt: PromptDefinition | None = None
    ) -> None:
        self._visit, self._form, self._team = visit, form, team
        self.draft = Draft()
        self.draft.take_up(prompt)
        self._prompt = prompt

    def definition(self) -> PromptDefinition:
        """The prompt as it stands.

        Raises:
            InvalidInputError: the schema is no JSON object.
        """
        form = self._form
        examples = (PromptExample(user=row.text("user"), assistant=row.text("assistant")) for row in self._rows.rows())
        temperature, longest = form["temperature"], form["max_completion_tokens"]
        written = Written(
            system=form["system"],
            user=form["user"],
            model=form["model"],
            fallbacks=form["fallbacks"] or (),
            parameters={
                "temperature": temperature,
                "max_completion_tokens": None if longest is None else int(longest),
            },
            examples=tuple(examples),
            output_schema=form["schema"] if form["answer"] == "json" else None,
            streaming=bool(form["streaming"]),
            tests_required=self.tests.required,
        )
        return definition_from(self.draft, written)

    def prompt_card(self) -> None:
        """The texts, their variables, the models."""
        form, prompt = self._form, self._prompt
        with card("Prompt", "Write {{name}} where a variable goes."):
            system = prompt.system if prompt else ""
            hint = "Who the model is, and its rules"
            form.add("system", text_field("System", value=system, optional=True, lines=3, placeholder=hint))
            form.add("user", text_field("User", lines=4, value=prompt.user if prompt else _USER))
            for name in ("system", "user"):
                form.add(f"prompt.{name}", form.field(name))
                form.field(name).on_value_change(self.changed)
            self._variables = VariableRows(self.draft, self.changed)
            with ui.expansion("More").classes("pg-more w-full").props("dense"), box("pg-stack-s"):
                self._more()

    def _more(self) -> None:
        form, prompt = self._form, self._prompt
        models = prompt.models if prompt else ()
        told = "In this order, where the model gives no answer."
        names = [model.name for model in models[1:]]
        fallbacks = choice_field(
            "Models to fall back on", names, value=names, optional=True, multiple=True, searchable=True, help_text=told
        )
        form.add("fallbacks", fallbacks)
        main = models[0].parameters if models else {}
        labels = {"temperature": "Temperature", "max_completion_tokens": "Most tokens of an answer"}
        with box("pg-grid-2"):
            for name in SHOWN_PARAMETERS:
                field = number_field(labels[name])
                field.value = main.get(name)
                form.add(name, field)
        self._rows = FieldRows(form, "prompt.examples", "example", _example, prompt.examples if prompt else ())

    def answer_card(self) -> None:
        """What callers get."""
        form, prompt = self._form, self._prompt
        schema = prompt.output_schema if prompt else None
        with card("Answer"):
            kinds = {"json": "JSON that fits a schema", "text": "Text"}
            form.add("answer", choice_field("Callers get", kinds, value="text" if schema is None else "json"))
            with box("pg-stack-s") as structured:
                with box("pg-row"):
                    name = ui.input(placeholder="sentiment").props('outlined dense aria-label="New member"')
                    kind = ui.select(_MEMBERS, value="string").props('outlined dense aria-label="Its type"')
                    button("Add member", lambda: self._add_member(name, str(kind.value)), icon="plus")
                text = json.dumps(schema or BLANK_SCHEMA, indent=2, ensure_ascii=False)
                form.add("schema", text_field("JSON Schema", lines=6, value=text))
                form.add("prompt.output_schema", form.field("schema"))
            structured.bind_visibility_from(form.field("answer"), "value", value="json")
            streaming = ui.switch("Callers may ask for a stream", value=prompt.streaming if prompt else True)
            streaming.bind_visibility_from(form.field("answer"), "value", value="text")
            form.add("streaming", streaming)

    def trying_cards(self, run: Run | None = None) -> None:
        """Where it is tried and tested; ``run`` runs all tests."""
        place = box("pg-stack")
        with box("pg-stack"):
            required = self._prompt.tests_required if self._prompt else False
            self.tests = TestsCard(self.draft, required=required, run=run)
        with place:
            self._trying = TryingCard(self._visit, self.draft, self.definition, self._team, self.tests.keep)

    async def offer_models(self) -> None:
        """Let the models of the team be chosen; the first is taken where none is."""
        team = self._team()
        models = await self._visit.ask(models_for, team) if team else []
        known = [model.name for model in self.draft.models]
        self._offer("model", models, next(iter([*known[:1], *models]), None))
        self._form.add("prompt.models.0", self._form.field("model"))
        select = self._form.field("fallbacks")
        if isinstance(select, ui.select):
            kept = [name for name in select.value or () if name in models or name in known]
            select.set_options(list(dict.fromkeys([*models, *kept])), value=kept)

    def _offer(self, field: str, models: list[str], first: str | None) -> None:
        select = self._form.field(field)
        if isinstance(select, ui.select):
            value = select.value if select.value in models else first
            select.set_options(list(dict.fromkeys([*models, *([value] if value else [])])), value=value)

    def take_up(self, prompt: PromptDefinition, sample: dict[str, Any]) -> None:
        """Start from a prompt of the library."""
        self.draft.take_up(prompt, sample)
        taken = {
            "system": prompt.system,
            "user": prompt.user,
            "answer": "text" if prompt.output_schema is None else "json",
            "schema": json.dumps(prompt.output_schema or BLANK_SCHEMA, indent=2),
        }
        for name, value in taken.items():
            self._form.field(name).value = value
        self.tests.show()
        self.changed()

    def changed(self) -> None:
        """The text has changed: show its variables."""
        used = self.draft.used((self._form["system"], self._form["user"]))
        self._variables.show(used)
        self._trying.show_variables(used)

    def _add_member(self, name: ui.input, kind: str) -> None:
        if name.value:
            field = self._form.field("schema")
            field.value = with_member(str(field.value), str(name.value).strip(), kind)
            name.value = ""


def _example(given: PromptExample | None) -> dict[str, Any]:
    return {
        "user": text_field("Asked", value=given.user if given else "", lines=2),
        "assistant": text_field("Answered", value=given.assistant if given else "", lines=2),
    }
