"""The audit log: searched, looked into, verified, exported."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.banner import banner
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import view_dialog
from passgate.console.components.empty import empty
from passgate.console.components.facts import facts
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box, muted
from passgate.console.formatting import counted, grouped
from passgate.console.pages.audit.detail import open_entry
from passgate.console.pages.audit.rows import COLUMNS, entry_row
from passgate.console.visit import Visit, who
from passgate.identity.service.audit import AuditFilter, list_entries, verify_log
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.audit.models import AuditEntry

_RESULTS = {"": "Done and refused", "done": "Done", "refused": "Refused"}
_EXPORT = "/api/v1/audit/export"


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    actor = await visit.ask(who)
    seen: dict[str, AuditEntry] = {}

    async def verify() -> None:
        await _verify(visit)

    with page_header("Audit", "Who did what, on what, from where. Entries can be added, and never changed."):
        if actor.may(Permission.AUDIT_READ):
            button("Verify", verify, icon="check")
        link_button("Export", _EXPORT, icon="external")
    with box("pg-filters"):
        search = search_field("Search the log", "Name, act, address, id…").classes("pg-wide")
        search.value = args.query_parameters.get("search", "")
        result = filter_field("Result", _RESULTS, "")

    async def fetch(page: PageRequest) -> Page[AuditEntry]:
        wanted = AuditFilter(result=result.value or None, search=(search.value or "").strip() or None)
        found = await visit.ask(list_entries, page, wanted)
        seen.update({str(entry.seq): entry for entry in found.items})
        return found

    with card(flush=True):
        listing = Listing(
            COLUMNS,
            label="Audit log",
            noun="entry",
            fetch=fetch,
            row=entry_row,
            narrowed=lambda: bool(search.value or result.value),
            when_empty=lambda: empty("book", "Nothing was done yet", "Every change will be told here."),
            on_open=lambda seq: open_entry(seen[seq]),
            dense=True,
        )
    await listing.load()
    search.on_value_change(listing.load)
    result.on_value_change(listing.load)


async def _verify(visit: Visit) -> None:
    found = await visit.ask(verify_log)
    with view_dialog("Verification of the audit log", "Each entry's hash is built on the one before."):
        if found.is_whole:
            checked = counted(found.entries, "entry")
            with banner("The log is whole", f"{checked} checked.", tone="good"):
                pass
        else:
            with banner("The log was tampered with", " ".join(found.problems), tone="bad"):
                pass
        facts([("Newest entry", grouped(found.seq)), ("Its hash", lambda: identifier(found.hash or "none"))])
        muted("Write both down elsewhere: later they show that nothing was cut off the end.")
