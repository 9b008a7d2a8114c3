"""A new prompt API: written on the left, tried on the right, published in one step."""

from nicegui import run, ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.prompts.editor import PromptEditor
from passgate.console.pages.prompts.snippets import call_snippets
from passgate.console.pages.services.refused import no_new_services
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.definition_input import DefinitionIn
from passgate.publishing.prompts.library import prompt_templates
from passgate.publishing.prompts.trials import keep_results, plan_tests
from passgate.publishing.schemas import ServiceIn, ServiceView
from passgate.publishing.service.lifecycle import publish_service
from passgate.publishing.service.revisions import list_revisions
from passgate.publishing.service.services import create_service

_BLANK = ""


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    teams = await visit.ask(writable_teams, Permission.SERVICE_WRITE)
    if not teams:
        no_new_services()
        return
    page = _Page(visit, teams)
    await page.build()


class _Page:
    """The page, and what is typed on it."""

    def __init__(self, visit: Visit, teams: dict[str, str]) -> None:
        self.visit = visit
        self.teams = teams
        self.form = Form()
        self.editor = PromptEditor(visit, self.form, lambda: str(self.form["team_id"] or ""))
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
                self.editor.prompt_card()
                self.editor.answer_card()
            with box("pg-stack"):
                self.editor.trying_cards()
        draft.on_click(lambda: self._save(draft, publish=False))
        publish.on_click(lambda: self._save(publish, publish=True))
        await self.editor.offer_models()
        self.editor.changed()

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
            self.form.field("team_id").on_value_change(self.editor.offer_models)

    def _take_up(self, chosen: str) -> None:
        template = self.library.get(chosen)
        if template is None:
            return
        self.form.field("name").value = template.name
        self.form.field("base_path").value = template.base_path
        self.editor.take_up(template.prompt, template.sample)

    async def _save(self, pressed: ui.button, *, publish: bool) -> None:
        async def save() -> None:
            definition = self.editor.definition()
            given = ServiceIn(
                team_id=self.form["team_id"] or "",
                name=self.form["name"],
                kind="prompt",
                base_path=self.form["base_path"],
                definition=DefinitionIn(prompt=definition),
                publish=publish and not definition.tests_required,
            )
            made = await self.visit.change(create_service, given)
            if publish and definition.tests_required and not await self._prove(made):
                return
            if publish and definition.tests_required:
                made = await self.visit.change(publish_service, made.id)
            self._show_done(made, definition)

        await self.form.submit(save, pressed)

    async def _prove(self, made: ServiceView) -> bool:
        """Run the tests of a draft; where one fails, the draft is gone on with where it tells which."""
        version = made.versions[0].id
        (revision, *_) = (await self.visit.ask(list_revisions, PageRequest(), made.id, version)).items
        console = self.visit.console
        plan = await self.visit.change(plan_tests, console.token_issuer, made.id, revision.id)
        results = await run.io_bound(plan.run, console.gate) or []
        kept = await self.visit.change(keep_results, plan, results)
        if kept.failed:
            self.visit.tell(f"{kept.failed} of {kept.failed + kept.passed} tests failed: it stays a draft.", "bad")
            self.visit.go(f"/services/{made.id}/revisions/{revision.id}")
        return not kept.failed

    def _show_done(self, made: ServiceView, definition: PromptDefinition) -> None:
        self.actions.clear()
        self.body.clear()
        self.body.classes(replace="pg-stack")
        url = f"{self.visit.console.public_url}{made.base_path}"
        with self.body, card(f"{made.name} is {'published' if made.status == 'published' else 'a draft'}"):
            muted("Callers need a token, and a subscription of their application.")
            call_snippets(url, definition, self.editor.draft.last_input or None)
            with box("pg-row"):
                link_button("Open the service", f"{MOUNT_PATH}/services/{made.id}", kind="primary")
