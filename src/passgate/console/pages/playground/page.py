"""Models tried side by side: one question, up to three answers as they come."""

import asyncio
from typing import Any

from nicegui import events, ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.dialog import view_dialog
from passgate.console.components.empty import empty, next_page
from passgate.console.components.field import choice_field, number_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.playground.column import Column
from passgate.console.pages.playground.snippets import question_snippets
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.publishing.playground.access import MOST_MODELS, playground_models, playground_token
from passgate.publishing.playground.question import MOST_PICTURE_BYTES, Question, picture, read_question

_TOOLS = '[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]'


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page; the query may name a model."""
    teams = await visit.ask(writable_teams, Permission.TOKEN_ISSUE)
    models = {team_id: await visit.ask(playground_models, team_id) for team_id in teams}
    with page_header(
        "Playground",
        "A talk with up to three models side by side. Each answer is a real call of yours through the gate: "
        "limited, counted and logged as any other.",
    ):
        pass
    if not teams:
        empty(
            "play", "Nothing to try", "Calls need a token, and you may issue none: ask an administrator of your team."
        )
    elif not any(models.values()):
        text = "Open a provider and switch on a chat model; it can then be tried here."
        empty("model", "No chat models are on", text, next_page("Go to the providers", f"{MOUNT_PATH}/providers"))
    else:
        _Playground(visit, teams, models).build(args.query_parameters.get("model", ""))


class _Playground:
    """The page, and the calls that are under way."""

    def __init__(self, visit: Visit, teams: dict[str, str], models: dict[str, list[str]]) -> None:
        self._visit = visit
        self._teams = teams
        self._models = models
        self._form = Form()
        self._columns: list[Column] = []
        self._pictures: list[str] = []

    def build(self, model: str) -> None:
        """Make the cards."""
        team = next((one for one in self._teams if model in self._models[one]), None)
        team = team or next(one for one in self._teams if self._models[one])
        chosen = model if model in self._models[team] else self._models[team][0]
        with box("pg-stack"):
            with card("Question"), box("pg-stack-s"):
                self._fields(team, chosen)
                self._form.problem_place()
                self._buttons()
            self._answers = box("pg-play")
        self._answers.set_visibility(False)

    def _fields(self, team: str, model: str) -> None:
        form = self._form
        with box("pg-grid-2"):
            models = choice_field("Models", self._models[team], value=[model], multiple=True, searchable=True)
            form.add("models", models.props(f"max-values={MOST_MODELS}").classes("pg-play-models"))
            calls = "Whose models, limits and budgets the calls count for."
            form.add("team_id", choice_field("Team", self._teams, value=team, help_text=calls))
            form.field("team_id").on_value_change(self._offer)
            form.add("system", text_field("System", optional=True, lines=3, placeholder="Who the model is"))
            form.add("user", text_field("User", lines=3, placeholder="Ask something"))
            form.add("temperature", number_field("Temperature", help_text="0 to 2."))
            form.add("max_tokens", number_field("Max tokens", help_text="Of each answer."))
        self._picture_field()
        with ui.expansion("Tools").classes("pg-more w-full").props("dense"):
            help_text = (
                "A JSON array as in OpenAI's tools. The calls that a model asks for are shown; what they give, you say."
            )
            tools = text_field("Tools as JSON", optional=True, lines=4, placeholder=_TOOLS, help_text=help_text)
            form.add("tools", tools)

    def _picture_field(self) -> None:
        async def uploaded(event: events.UploadEventArguments) -> None:
            try:
                found = picture(event.file.content_type, await event.file.read())
                read_question("", pictures=[*self._pictures, found])
            except InvalidInputError as error:
                self._visit.tell(error.message, "bad")
                return
            self._pictures.append(found)
            self._show_pictures()

        with box("pg-row"):
            upload = ui.upload(on_upload=uploaded, auto_upload=True, max_file_size=MOST_PICTURE_BYTES)
            upload.classes("hidden").props("accept=image/* no-thumbnails")
            button("Add picture", lambda: upload.run_method("pickFiles"), icon="plus")
            self._shown_pictures = box("pg-row")

    def _show_pictures(self) -> None:
        self._shown_pictures.clear()
        with self._shown_pictures:
            for one in self._pictures:
                ui.image(one).classes("pg-play-picture").props('alt="A picture that goes with the next message"')
            if self._pictures:
                button("Remove", self._forget_pictures, icon="trash")

    def _forget_pictures(self) -> None:
        self._pictures.clear()
        self._show_pictures()

    def _buttons(self) -> None:
        with box("pg-row"):
            self._run_button = button("Run", kind="primary", icon="play")
            self._run_button.on_click(lambda: self._form.submit(self._run, self._run_button))
            self._go_on_button = button("Go on", icon="bolt")
            self._go_on_button.on_click(lambda: self._form.submit(self._go_on, self._go_on_button))
            self._go_on_button.set_visibility(False)
            self._stop_button = button("Stop all", self._stop, icon="ban")
            self._stop_button.set_visibility(False)
            copy = button("Copy as code", icon="copy")
            copy.on_click(lambda: self._form.submit(self._show_code))

    def _offer(self) -> None:
        models, select = self._models[self._form["team_id"]], self._form.field("models")
        if isinstance(select, ui.select):
            kept = [name for name in select.value if name in models]
            select.set_options(models, value=kept or models[:1])

    def _question(self, *, goes_on: bool = False) -> Question:
        form = self._form
        typed = (form["user"], form["system"], form["temperature"], form["max_tokens"], form["tools"])
        return read_question(*typed, pictures=self._pictures, goes_on=goes_on)

    async def _run(self) -> None:
        """Begin a talk with each of the models."""
        question, models, visit = self._question(), list(self._form["models"] or ()), self._visit
        token = await visit.change(playground_token, visit.console.token_issuer, self._form["team_id"], models)
        self._answers.clear()
        self._answers.set_visibility(True)
        self._answers.style(f"--columns: {len(models)}")
        with self._answers:
            self._columns = [Column(visit, model) for model in models]
        await self._ask(question, token)

    async def _go_on(self) -> None:
        """Say the next thing to each of them; an answer that failed is left out of what was said before."""
        question, visit = self._question(goes_on=True), self._visit
        models = [one.model for one in self._columns]
        token = await visit.change(playground_token, visit.console.token_issuer, self._form["team_id"], models)
        await self._ask(question, token)

    async def _ask(self, question: Question, token: str) -> None:
        self._form.field("user").set_value("")
        self._forget_pictures()
        self._go_on_button.set_visibility(False)
        self._stop_button.set_visibility(True)
        gate = self._visit.console.gate
        try:
            await asyncio.gather(*(one.run(gate, token, question) for one in self._columns))
        finally:
            if not self._stop_button.is_deleted:
                self._stop_button.set_visibility(False)
                self._go_on_button.set_visibility(True)

    def _stop(self) -> None:
        for column in self._columns:
            column.stop()

    def _document_of(self, model: str) -> dict[str, Any]:
        """The call that the model would get next; where nothing is typed, the one that it got."""
        talk = next((one for one in self._columns if one.model == model), None)
        if talk is None:
            return self._question().document(model)
        typed = (self._form["user"] or "").strip() or self._pictures
        return talk.document(self._question(goes_on=True)) if typed else talk.sent

    async def _show_code(self) -> None:
        models = list(self._form["models"] or ())
        if not models:
            raise InvalidInputError("Choose a model.", field="models")
        document = self._document_of(models[0])
        snippets = question_snippets(self._visit.console.public_url, document)
        lead = f"The call of {document['model']}, with a token of yours in the variable PASSGATE_TOKEN."
        with self._visit.client.content, view_dialog("Copy as code", lead):
            with ui.tabs().classes("pg-tabs").props("align=left no-caps dense inline-label :breakpoint=0") as tabs:
                for one in snippets:
                    ui.tab(one.name)
            with ui.tab_panels(tabs, value=snippets[0].name, animated=False).classes("pg-panels w-full"):
                for one in snippets:
                    with ui.tab_panel(one.name):
                        snippet(one.code, one.language)
