"""The editor of an OpenAPI document: from a URL, a file or the keyboard, checked while it is written."""

from collections.abc import Callable

from nicegui import events, run, ui

from passgate.console.components.button import button
from passgate.console.components.latest import Latest
from passgate.console.components.text import Words, box, muted
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.fetching import Fetching, FetchRefusedError
from passgate.publishing.openapi.faults import Fault
from passgate.publishing.openapi.intake import Intake, take_in
from passgate.publishing.openapi.reading import MOST_BYTES
from passgate.publishing.openapi.schemas import DocumentReport, DocumentView
from passgate.publishing.openapi.service import check_text
from passgate.storage.work import Work

_MOST_SHOWN = 8
_QUIET_SECONDS = 0.6


class DocumentEditor:
    """The text, and what was found of it."""

    def __init__(self, visit: Visit, text: str, on_checked: Callable[[DocumentView], None] | None = None) -> None:
        self._visit = visit
        self._on_checked = on_checked
        self._text = text
        self._waiting: list[ui.timer] = []
        self._latest = Latest()
        self._sources()
        self._editor = ui.codemirror(text, language="YAML", line_wrapping=False).classes("w-full h-64")
        self._editor.props("aria-label=Document")
        self._found = box("pg-stack-s").props("aria-live=polite")
        self._editor.on_value_change(self._changed)
        self._changed()

    async def intake(self) -> Intake:
        """The document as it stands, read off the event loop.

        Raises:
            DocumentRefusedError: what is wrong with it.
        """
        intake = await run.io_bound(take_in, self._text)
        if intake is None:
            raise InvalidInputError("The server is stopping.")
        return intake

    def _sources(self) -> None:
        with box("pg-row"):
            url = ui.input(placeholder="https://example.com/openapi.yaml").props("outlined dense aria-label=URL")
            url.style("flex: 1 1 260px")

            async def fetch() -> None:
                fetching = Fetching(self._visit.console.fetch_private_addresses)
                try:
                    text = await run.io_bound(fetching.text_at, url.value or "")
                except FetchRefusedError as error:
                    refusal.say(f"Not fetched: {error.message} The document below is as it was.")
                    refusal.set_visibility(True)
                    return
                refusal.set_visibility(False)
                self._editor.set_value(text or "")

            button("Fetch", fetch, icon="down")

            async def uploaded(event: events.UploadEventArguments) -> None:
                self._editor.set_value((await event.file.read()).decode("utf-8-sig", "replace"))

            upload = ui.upload(on_upload=uploaded, auto_upload=True, max_file_size=MOST_BYTES).classes("hidden")
            button("Open file", lambda: upload.run_method("pickFiles"), icon="plus")
        refusal = Words("", "p", "pg-small text-negative").props("role=alert")
        refusal.set_visibility(False)

    async def _check(self) -> None:
        report = await self._latest.answer(self._visit.ask(_check, self._text))
        if report is None:
            return
        self._found.clear()
        with self._found:
            _show(report)
        if report.document is not None and self._on_checked is not None:
            self._on_checked(report.document)

    def _changed(self) -> None:
        self._text = self._editor.value or ""
        for timer in self._waiting:
            timer.cancel()
        with self._found:
            self._waiting = [ui.timer(_QUIET_SECONDS, self._check, once=True)]


def _show(report: DocumentReport) -> None:
    if report.document is None:
        for fault in report.faults[:_MOST_SHOWN]:
            Words(_wording(fault), "p", "pg-small")
        if len(report.faults) > _MOST_SHOWN:
            muted(f"and {len(report.faults) - _MOST_SHOWN} more")
        return
    document = report.document
    count = len(document.operations)
    told = f"{count} operation{'' if count == 1 else 's'}, OpenAPI {document.openapi}"
    muted(f"{document.title} {document.version}: {told}")
    for operation in document.operations[:_MOST_SHOWN]:
        route = operation.route
        Words(f"{' '.join(route.methods)} {route.path}  {operation.summary}", "div", "pg-small")
    for note in document.notes:
        muted(note)


def _wording(fault: Fault) -> str:
    line = f"Line {fault.line}: " if fault.line else ""
    place = f" ({fault.rule} at {fault.place})" if fault.place else ""
    return f"{line}{fault.detail}{place}"


def _check(actor: Actor, _work: Work, text: str) -> DocumentReport:
    return check_text(actor, text)
