"""A new prompt API: written on the left, tried on the right, published in one step."""

import json
from typing import Any

from nicegui import run, ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.prompts.draft import BLANK_SCHEMA, Draft, definition_from, with_member
from passgate.console.pages.prompts.snippets import call_snippets
from passgate.console.pages.prompts.trying import TryingCard
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.prompts.library import prompt_templates
from passgate.publishing.prompts.service import models_for
from passgate.publishing.prompts.trials import keep_results, plan_tests
from passgate.publishing.schemas import ServiceIn, ServiceView
from passgate.publishing.service.lifecycle import publish_service
from passgate.publishing.service.revisions import list_revisions
from passgate.publishing.service.services import create_service

_KINDS = {
    "text": "Text",
    "number": "Number",
    "boolean": "Yes or no",
    "enum": "One of",
    "list": "List",
    "image": "Image",
}
_MEMBERS = {"string": "Text", "number": "Number", "boolean": "Yes or no", "array": "List of texts"}
_USER = "Classify the sentiment of {{text}}"
_BLANK = ""


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    teams = await visit.ask(writable_teams, Permission.SERVICE_WRITE)
    page = _Page(visit, teams)
    await page.build()


class _Page:
    """The page, and what is typed on it."""

    def __init__(self, visit: Visit, teams: dict[str, str]) -> None:
        self.visit = visit
        self.teams = teams
        self.draft = Draft()
        self.form = Form()
        self.library = {template.id: template for template in prompt_templates()}

    async def build(self) -> None:
        """Make all of it."""
        lead = "A prompt with variables becomes an API: POST its variables, get a text or JSON that fits your schema."
        with page_header("New prompt API", lead, trail=[("Services", f"{MOUNT_PATH}/services")]) as self.actions:
            draft = button("Save as draft")
            publish = button("Publish", kind="primary", icon="bolt")
        self.form.problem_place()
        with box("pg-grid-2") as self.body:
            with box("pg-stack"):
                self._service_card()
                self._prompt_card()
                self._answer_card()
            with box("pg-stack"):
                self.trying = TryingCard(
                    self.visit, self.draft, self.definition, lambda: str(self.form["team_id"] or "")
                )
                self.trying.build()
        draft.on_click(lambda: self._save(draft, publish=False))
        publish.on_click(lambda: self._save(publish, publish=True))
        await self._offer_models()
        self._changed()

    def definition(self) -> PromptDefinition:
        """The prompt as it stands."""
        names = ("system", "user", "model", "fallback", "answer", "schema")
        fields: dict[str, Any] = {name: self.form[name] for name in names}
        return definition_from(self.draft, {**fields, "tests_required": self.trying.tests_required})

    def _team(self) -> str:
        return str(self.form["team_id"] or "")

    def _service_card(self) -> None:
        form = self.form
        with card("Service"):
            choices = {_BLANK: "A blank page"} | {one.id: f"{one.name}: {one.summary}" for one in self.library.values()}
            start = choice_field("Start from", choices, value=_BLANK)
            start.on_value_change(lambda event: self._take_up(event.value))
            with box("pg-grid-2"):
                form.add("name", text_field("Name", placeholder="Sentiment"))
                form.add("base_path", text_field("Base path", placeholder="/sentiment"))
                form.add("team_id", choice_field("Team", self.teams, value=next(iter(self.teams), None)))
                form.add("model", choice_field("Model", {}, searchable=True))
            self.form.field("team_id").on_value_change(self._offer_models)

    def _prompt_card(self) -> None:
        form = self.form
        with card("Prompt", "Write {{name}} where a variable goes."):
            form.add(
                "system", text_field("System", optional=True, lines=3, placeholder="Who the model is, and its rules")
            )
            form.add("user", text_field("User", lines=4, value=_USER))
            for name in ("system", "user"):
                form.field(name).on_value_change(self._changed)
            self.variables = box("pg-stack-s")
            with ui.expansion("More").classes("pg-more w-full").props("dense"), box("pg-stack-s"):
                form.add("fallback", choice_field("Model to fall back on", {}, optional=True, searchable=True))

    def _answer_card(self) -> None:
        form = self.form
        with card("Answer"):
            kinds = {"json": "JSON that fits a schema", "text": "Text"}
            form.add("answer", choice_field("Callers get", kinds, value="text"))
            with box("pg-stack-s") as schema:
                with box("pg-row"):
                    name = ui.input(placeholder="sentiment").props('outlined dense aria-label="New member"')
                    kind = ui.select(_MEMBERS, value="string").props('outlined dense aria-label="Its type"')
                    button("Add member", lambda: self._add_member(name, str(kind.value)), icon="plus")
                text = json.dumps(BLANK_SCHEMA, indent=2)
                form.add("schema", text_field("JSON Schema", lines=6, value=text))
            schema.bind_visibility_from(form.field("answer"), "value", value="json")

    def _add_member(self, name: ui.input, kind: str) -> None:
        if name.value:
            field = self.form.field("schema")
            field.value = with_member(str(field.value), str(name.value).strip(), kind)
            name.value = ""

    async def _offer_models(self) -> None:
        team = self.form["team_id"]
        models = await self.visit.ask(models_for, team) if team else []
        for name in ("model", "fallback"):
            select = self.form.field(name)
            if isinstance(select, ui.select):
                keeps = select.value in models
                first = models[0] if models and name == "model" else None
                select.set_options(models, value=select.value if keeps else first)

    def _take_up(self, chosen: str) -> None:
        template = self.library.get(chosen)
        self.draft.take_up(template)
        if template is None:
            return
        schema = template.prompt.output_schema
        taken = {
            "name": template.name,
            "base_path": template.base_path,
            "system": template.prompt.system,
            "user": template.prompt.user,
            "answer": "text" if schema is None else "json",
            "schema": json.dumps(schema or BLANK_SCHEMA, indent=2),
        }
        for name, value in taken.items():
            self.form.field(name).value = value
        self._changed()

    def _changed(self) -> None:
        """The text has changed: show its variables."""
        used = self.draft.used(self.form["system"], self.form["user"])
        self.variables.clear()
        with self.variables:
            Words("Variables", "label")
            if not used:
                muted("None yet.")
            for variable in used:
                self._variable_row(variable.name)
        self.trying.show_variables(used)

    def _variable_row(self, name: str) -> None:
        variable = self.draft.variables[name]

        def change(**fields: Any) -> None:  # noqa: ANN401 - fields of a variable, of any type
            self.draft.variables[name] = self.draft.variables[name].model_copy(update=fields)
            self._changed()

        with box("pg-row"):
            badge(name, "brand")
            kind = ui.select(_KINDS, value=variable.kind).props(f'outlined dense aria-label="Kind of {name}"')
            kind.on_value_change(lambda event: change(kind=event.value, choices=(), default=None, max_length=None))
            needed = ui.switch("required", value=variable.required)
            needed.on_value_change(lambda event: change(required=event.value))
            if variable.kind == "enum":
                choices = ui.input(value=", ".join(variable.choices), placeholder="red, green")
                choices.props(f'outlined dense aria-label="Choices of {name}"')
                choices.on("blur", lambda: change(choices=tuple(_listed(str(choices.value)))))

    async def _save(self, pressed: ui.button, *, publish: bool) -> None:
        async def save() -> None:
            definition = self.definition()
            given = ServiceIn(
                team_id=self.form["team_id"] or "",
                name=self.form["name"],
                kind="prompt",
                base_path=self.form["base_path"],
                definition=DefinitionIn(prompt=definition),
                publish=publish and not definition.tests_required,
            )
            made = await self.visit.change(create_service, given)
            if publish and definition.tests_required:
                made = await self._prove(made)
            self._show_done(made, definition)

        await self.form.submit(save, pressed)

    async def _prove(self, made: ServiceView) -> ServiceView:
        """Run the tests of a draft, and publish it where they pass."""
        version = made.versions[0].id
        (revision, *_) = (await self.visit.ask(list_revisions, PageRequest(), made.id, version)).items
        console = self.visit.console
        plan = await self.visit.change(plan_tests, console.token_issuer, made.id, revision.id)
        results = await run.io_bound(plan.run, console.gate) or []
        kept = await self.visit.change(keep_results, plan, results)
        if kept.failed:
            self.visit.tell(f"{kept.failed} of {kept.failed + kept.passed} tests failed: it stays a draft.", "bad")
            return made
        return await self.visit.change(publish_service, made.id)

    def _show_done(self, made: ServiceView, definition: PromptDefinition) -> None:
        self.actions.clear()
        self.body.clear()
        self.body.classes(replace="pg-stack")
        url = f"{self.visit.console.public_url}{made.base_path}"
        with self.body, card(f"{made.name} is {'published' if made.status == 'published' else 'a draft'}"):
            muted("Callers need a token, and a subscription of their application.")
            call_snippets(url, definition, self.draft.last_input or None)
            with box("pg-row"):
                link_button("Open the service", f"{MOUNT_PATH}/services/{made.id}", kind="primary")


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
