"""The calls, live: new ones appear by themselves."""

from nicegui import ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_page
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.latest import Latest
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Table
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import counted
from passgate.console.icons import icon_path
from passgate.console.pages.applications_of import application_filter, offered_applications
from passgate.console.pages.calls.detail import open_call
from passgate.console.pages.calls.rows import COLUMNS, call_row
from passgate.console.visit import Visit
from passgate.kernel.pagination import PageRequest
from passgate.metering.schemas import CallFilter, CallView
from passgate.metering.service.calls import list_calls

_EVERY_SECONDS = 1.0
_PAGE = 50
_KEPT = 500
_KINDS = {"": "Every kind", "ai": "AI", "rest": "REST"}
_STATUSES = {"": "Every status", "2xx": "2xx", "3xx": "3xx", "4xx": "4xx", "5xx": "5xx", "error": "Errors"}


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    application = args.query_parameters.get("application", "")
    await LiveCalls(visit, await visit.ask(offered_applications, application), application).load()


async def calls_of_service(visit: Visit, service_id: str) -> None:
    """The same for one service, as a part of its page."""
    await LiveCalls(visit, await visit.ask(offered_applications), "", service_id).load()


class LiveCalls:
    """The page's table and filters; looks for new calls once a second, until paused."""

    def __init__(self, visit: Visit, applications: dict[str, str], application: str, service_id: str = "") -> None:
        self._visit = visit
        self._service_id = service_id or None
        self._calls: list[CallView] = []
        self._cursor: str | None = None
        self._latest = Latest()
        self._live = True
        if service_id:
            with box("pg-between"):
                muted("Those whose application's calls you may read, newest first. Under Versions stands how all fare.")
                with box("pg-row"):
                    self._live_state()
        else:
            with page_header("Calls", "Everything that came through the gate, newest first."):
                self._live_state()
        self._fields(applications, application)
        ui.timer(_EVERY_SECONDS, self._look, immediate=False)

    def _live_state(self) -> None:
        with badge("Live", "good", dot=True) as self._badge:
            pass
        self._switch = button("Pause", self._toggle, icon="pause")

    def _fields(self, applications: dict[str, str], application: str) -> None:
        with box("pg-filters"):
            self._text = search_field("Search calls", "Request id, path, token id, code…").classes("pg-wide")
            self._application = application_filter(self._visit, applications, application)
            self._kind = filter_field("Kind", _KINDS, "")
            self._kind.set_visibility(self._service_id is None)
            self._status = filter_field("Status", _STATUSES, "")
        with card(flush=True):
            self._table = Table(COLUMNS, [], label="Calls", on_open=self._open, dense=True)
            self._nothing = box()
            with box("pg-table-foot") as self._foot:
                self._count = Words("")
                self._more = button("Load older", self.more)
        for field in (self._text, self._application, self._kind, self._status):
            field.on_value_change(self.load)

    async def load(self) -> None:
        """Show the newest calls that the filters let through."""
        page = await self._latest.answer(self._visit.ask(list_calls, self._filter(), PageRequest(limit=_PAGE)))
        if page is None:
            return
        self._calls, self._cursor = list(page.items), page.next_cursor
        self._show(set())

    async def more(self) -> None:
        """Show older ones below."""
        older = PageRequest(limit=_PAGE, after=self._cursor)
        page = await self._latest.answer(self._visit.ask(list_calls, self._filter(), older))
        if page is None:
            return
        self._calls += page.items
        self._cursor = page.next_cursor
        self._show(set())

    async def _look(self) -> None:
        if not self._live:
            return
        wanted = self._filter()
        page = await self._visit.ask(list_calls, wanted, PageRequest(limit=_PAGE))
        if wanted != self._filter():
            return
        newest = {call.id: call for call in page.items}
        known = {call.id: call for call in self._calls}
        changed = [call for call in page.items if known.get(call.id) != call]
        if not changed:
            return
        fresh = newest.keys() - known.keys()
        merged = {**known, **newest}
        ordered = sorted(merged.values(), key=lambda call: (call.started_at, call.id), reverse=True)
        if len(ordered) > _KEPT:  # a page that stays open does not grow for ever
            ordered = ordered[:_KEPT]
            self._cursor = str(ordered[-1].id)
        self._cursor = self._cursor or (page.next_cursor if not known else None)
        self._calls = ordered
        self._show(fresh)

    def _show(self, fresh: set[int]) -> None:
        self._table.show([call_row(call, fresh=call.id in fresh) for call in self._calls])
        self._table.set_visibility(bool(self._calls))
        self._foot.set_visibility(bool(self._calls) or self._cursor is not None)
        self._count.say(f"{counted(len(self._calls), 'call')} shown")
        self._more.set_visibility(self._cursor is not None)
        with self._nothing.clear():
            if self._calls:
                return
            if self._filter() != CallFilter(service_id=self._service_id):
                empty("search", "Nothing matches", "Widen the filters or search for something else.")
            else:
                empty(
                    "call",
                    "No calls yet",
                    "Make the first one: a new token comes with code to copy. It appears here within two seconds.",
                    next_page("Go to the applications", f"{MOUNT_PATH}/applications"),
                )

    def _filter(self) -> CallFilter:
        return CallFilter(
            service_id=self._service_id,
            application_id=self._application.value or None,
            kind=self._kind.value or None,
            status_class=self._status.value or None,
            text=(self._text.value or "").strip() or None,
        )

    def _toggle(self) -> None:
        self._live = not self._live
        self._switch.set_text("Pause" if self._live else "Resume")
        self._switch.set_icon(icon_path("pause" if self._live else "play"))
        self._badge.set_visibility(self._live)

    async def _open(self, call_id: str) -> None:
        await open_call(self._visit, int(call_id))
