"""The steps to a new REST service: what it is, where its calls go, who may call, a look at all of it."""

from collections.abc import Sequence

from nicegui import ui
from nicegui.element import Element
from pydantic import ValidationError

from passgate.console.components.badge import Tone
from passgate.console.components.banner import banner
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.copyable import snippet
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import counted
from passgate.console.pages.services.document_editor import DocumentEditor
from passgate.console.pages.services.first_call import first_call
from passgate.console.pages.services.rows import ACCESS_CHOICES, VISIBILITY_CHOICES
from passgate.console.problems import problems_of
from passgate.console.visit import Visit
from passgate.kernel.errors import InvalidInputError, PassgateError
from passgate.publishing.openapi.schemas import DocumentView
from passgate.publishing.schemas import ServiceIn, ServiceView
from passgate.publishing.service.from_document import DescribedServiceIn, create_from_document
from passgate.publishing.service.services import create_service
from passgate.publishing.upstream_check import UpstreamCheckIn, check_upstream

_STEPS = ("Endpoints", "Upstream", "Access", "Review")
_FIELDS = (("name", "base_path", "team_id"), ("upstream_url",), ("access", "visibility", "tags", "description"), ())
_MOST_SHOWN = 12
_START = """openapi: 3.1.0
info:
  title: Orders
  version: 1.0.0
paths:
  /orders:
    get:
      summary: All orders
      responses:
        "200":
          description: The orders.
"""


class Wizard:
    """The page, and what is given on it; every step stays in the page, so that going back loses nothing."""

    def __init__(self, visit: Visit, teams: dict[str, str], *, from_document: bool) -> None:
        self._visit = visit
        self._teams = teams
        self._from_document = from_document
        self._form = Form()
        self._at = 0
        self._document: DocumentView | None = None
        self._editor: DocumentEditor | None = None
        self._places: list[Element] = []
        self._marks: list[Element] = []

    async def build(self, trail: Sequence[tuple[str, str]]) -> None:
        """Make all of it, and show the first step."""
        title = "REST API from OpenAPI" if self._from_document else "REST API"
        page_header(title, "Four steps; nothing is kept before the last one.", trail=trail)
        with box("pg-stack") as self._body:
            with box("pg-wizard", "ol"):
                for at, name in enumerate(_STEPS):
                    with box("", "li") as mark:
                        Words(str(at + 1), "span", "pg-step-mark")
                        Words(name)
                    self._marks.append(mark)
            self._form.problem_place()
            for step in (self._endpoints, self._upstream, self._access, self._review):
                with box() as place, card():
                    step()
                self._places.append(place)
            with box("pg-between"):
                self._back = button("Back", lambda: self._go(self._at - 1))
                with box("pg-row").style("margin-left: auto"):
                    self._draft = button("Save as draft", lambda: self._create(self._draft, publish=False))
                    self._publish = button(
                        "Publish", lambda: self._create(self._publish, publish=True), kind="primary", icon="bolt"
                    )
                    self._next = button("Next", self._forward, kind="primary")
        self._go(0)

    def _endpoints(self) -> None:
        form = self._form
        if self._from_document:
            muted("Open a file, paste a text, or fetch a URL. It is checked while you write.")
            self._editor = DocumentEditor(self._visit, _START, self._take_up)
        with box("pg-grid-3"):
            help_text = "Empty: the document's title." if self._from_document else ""
            name = text_field("Name", placeholder="Orders", optional=self._from_document, help_text=help_text)
            form.add("name", name)
            help_text = f"Callers use {self._visit.console.public_url}/<base path>/…"
            form.add("base_path", text_field("Base path", placeholder="/orders", help_text=help_text))
            form.add("team_id", choice_field("Team", self._teams, value=next(iter(self._teams), None)))

    def _upstream(self) -> None:
        form = self._form
        optional = self._from_document
        help_text = "Where the calls go; http or https." + (" May be left out while answers are mocked." * optional)
        placeholder = "http://localhost:9000"
        url = text_field("Upstream URL", placeholder=placeholder, optional=optional, help_text=help_text)
        form.add("upstream_url", url)
        with box("pg-row"):
            test = button("Test connection", lambda: self._form.submit(self._test, test), icon="bolt")
        self._outcome = box()
        mock = ui.switch("Answer from the document's examples and schemas (mock)", value=False)
        form.add("mock", mock)
        mock.set_visibility(self._from_document)

    def _access(self) -> None:
        form = self._form
        with box("pg-grid-2"):
            form.add("access", choice_field("Who may call", ACCESS_CHOICES, value="subscription"))
            form.add("visibility", choice_field("Who finds it in the portal", VISIBILITY_CHOICES, value="all_teams"))
        form.add("description", text_field("Description", optional=True, lines=2))
        help_text = "Lower-case words with commas between."
        form.add("tags", text_field("Tags", optional=True, placeholder="sales, partners", help_text=help_text))

    def _review(self) -> None:
        self._summary = box("pg-stack")

    def _take_up(self, document: DocumentView) -> None:
        """What the document says stands in the fields that are still empty."""
        self._document = document
        words = "".join(one if one.isalnum() and one.isascii() else " " for one in document.title.lower()).split()
        known = next((one.url for one in document.upstreams if one.usable), "")
        for name, value in (("base_path", f"/{'-'.join(words)}" if words else ""), ("upstream_url", known)):
            field = self._form.field(name)
            if not field.value:
                field.value = value

    async def _test(self) -> None:
        given = UpstreamCheckIn(team_id=self._form["team_id"] or "", upstream_url=self._form["upstream_url"] or "")
        found = await self._visit.ask(check_upstream, given)
        title = "It answers" if found.answers else "It does not answer as it should"
        tone: Tone = "good" if found.answers else "bad"
        with self._outcome.clear(), banner(title, f"{found.message} {found.latency_ms} ms.", tone=tone):
            pass

    async def _forward(self) -> None:
        if await self._form.submit(self._check, self._next):
            self._go(self._at + 1)

    async def _check(self) -> None:
        """Refuse what is wrong in this step, before the next."""
        if self._at == 0 and self._editor is not None:
            await self._editor.intake()
        try:
            self._given()
        except ValidationError as error:
            mine = _FIELDS[self._at]
            for problem in problems_of(error):
                name = (problem.field or "").partition(".")[0]
                if name in mine:
                    raise InvalidInputError(problem.message, field=name) from None

    def _given(self, *, publish: bool = False) -> ServiceIn | DescribedServiceIn:
        form = self._form
        values = {name: form[name] or "" for name in ("team_id", "base_path", "access", "visibility", "description")}
        told = {
            **values,
            "name": form.text("name"),
            "tags": (form["tags"] or "").replace(",", " ").split(),
            "upstream_url": form.text("upstream_url"),
            "publish": publish,
        }
        if self._from_document:
            return DescribedServiceIn.model_validate({**told, "mock": bool(form["mock"])})
        return ServiceIn.model_validate(
            {**told, "name": form["name"] or "", "upstream_url": form["upstream_url"] or ""}
        )

    def _go(self, at: int) -> None:
        self._at = at
        last = len(_STEPS) - 1
        for number, (place, mark) in enumerate(zip(self._places, self._marks, strict=True)):
            place.set_visibility(number == at)
            mark.props(remove="aria-current data-done")
            if number <= at:
                mark.props("aria-current=step" if number == at else "data-done")
        self._back.set_visibility(at > 0)
        self._next.set_visibility(at < last)
        for one in (self._draft, self._publish):
            one.set_visibility(at == last)
        if at == last:
            self._sum_up()

    def _sum_up(self) -> None:
        form, document = self._form, self._document
        mocked = self._from_document and form["mock"]
        title = form["name"] or (document.title if document else "")
        with self._summary.clear():
            facts(
                [
                    ("Name", title),
                    ("Team", self._teams.get(form["team_id"], "None")),
                    ("Callers use", lambda: Words(f"{self._visit.console.public_url}{form['base_path']}", "code")),
                    ("Upstream", form["upstream_url"] or ("None: answers are mocked" if mocked else "None yet")),
                    ("Who may call", ACCESS_CHOICES[form["access"]]),
                    ("Who finds it", VISIBILITY_CHOICES[form["visibility"]]),
                ]
            )
            if document is not None:
                Words(counted(len(document.operations), "endpoint"), "h3")
                for operation in document.operations[:_MOST_SHOWN]:
                    Words(f"{' '.join(operation.route.methods)} {operation.route.path}", "code")
                if len(document.operations) > _MOST_SHOWN:
                    muted(f"and {len(document.operations) - _MOST_SHOWN} more")

    async def _create(self, pressed: ui.button, *, publish: bool) -> None:
        async def create() -> None:
            try:
                made = await self._save(self._given(publish=publish))
            except (ValidationError, PassgateError) as error:
                self._show_step_of(error)
                raise
            await self._done(made)

        await self._form.submit(create, pressed)

    async def _save(self, given: ServiceIn | DescribedServiceIn) -> ServiceView:
        if isinstance(given, DescribedServiceIn) and self._editor is not None:
            return await self._visit.change(create_from_document, await self._editor.intake(), given)
        return await self._visit.change(create_service, ServiceIn.model_validate(given.model_dump()))

    def _show_step_of(self, error: ValidationError | PassgateError) -> None:
        names = {(problem.field or "").partition(".")[0] for problem in problems_of(error)}
        step = next((at for at, fields in enumerate(_FIELDS) if names & set(fields)), None)
        if step is not None:
            self._go(step)

    async def _done(self, made: ServiceView) -> None:
        if made.status != "published":
            self._visit.go(f"/services/{made.id}")
            return
        curl = await self._visit.ask(first_call, made, self._visit.console.public_url)
        self._body.clear()
        with self._body, card(f"{made.name} is published"):
            muted("The gate takes its calls within a second or two. The first one:")
            snippet(curl, "bash")
            if made.access == "subscription":
                muted("The token is one of an application that has subscribed to it.")
            with box("pg-row"):
                link_button("Open the service", f"{MOUNT_PATH}/services/{made.id}", kind="primary")
                link_button("See it in the portal", f"{MOUNT_PATH}/portal/services/{made.id}")
                if made.access != "public":
                    link_button("Applications and tokens", f"{MOUNT_PATH}/applications", icon="token")
