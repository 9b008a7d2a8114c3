"""All tokens."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.banner import banner
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import filter_field, search_field
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Row
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import counted
from passgate.console.pages.tokens.issuing import ask_to_issue
from passgate.console.pages.tokens.revoking import ask_to_revoke
from passgate.console.pages.tokens.rows import COLUMNS, token_row
from passgate.console.visit import Visit
from passgate.identity.models import Token
from passgate.identity.service.applications import list_applications
from passgate.identity.service.tokens import NOTICE_BEFORE_EXPIRY, count_expiring, list_tokens
from passgate.identity.token_schemas import TokenFilter
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, Page, PageRequest
from passgate.storage.work import Work

_EXPIRING = "expiring"
_STATUSES = {
    "": "Every status",
    "active": "Active",
    _EXPIRING: "Expiring soon",
    "expired": "Expired",
    "revoked": "Revoked",
}
_ORDERS = {"newest": "Newest first", "cost": "Costliest first"}
_KINDS = {
    "": "Every kind",
    "application": "Application",
    "personal": "Personal",
    "service": "Service",
    "custom": "Custom",
}


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    owners = await visit.ask(_application_names)

    async def issue() -> None:
        await ask_to_issue(visit, None)

    with page_header(
        "Tokens", "Every token that Passgate issued. It keeps what a token is for, never the token itself."
    ):
        link_button("Templates", f"{MOUNT_PATH}/tokens/templates", icon="copy")
        link_button("Lifetimes", f"{MOUNT_PATH}/tokens/lifetimes", icon="gauge")
        button("New token", issue, kind="primary", icon="plus")
    await _notice(visit)
    with box("pg-filters"):
        search = search_field("Search tokens")
        status = filter_field("Status", _STATUSES, "")
        kind = filter_field("Kind", _KINDS, "")
        order = filter_field("Order", _ORDERS, "newest")

    def wanted() -> TokenFilter:
        text = (search.value or "").strip() or None
        if status.value == _EXPIRING:
            until = visit.console.storage.clock.now() + NOTICE_BEFORE_EXPIRY
            return TokenFilter(kind=kind.value or None, expiring_before=until, search=text)
        return TokenFilter(kind=kind.value or None, status=status.value or None, order=order.value, search=text)

    async def fetch(page: PageRequest) -> Page[Token]:
        return await visit.ask(list_tokens, page, wanted())

    def row(token: Token) -> Row:
        # Of many applications not all are asked for; the id is true of the others, and "Personal" would not be.
        unnamed = "Personal" if token.kind == "personal" else token.application_id or "Personal"
        return token_row(token, visit.console.storage.clock.now(), owners.get(token.application_id or "", unnamed))

    async def acted(jti: str, _name: str) -> None:
        await ask_to_revoke(visit, jti, listing.load)

    with card(flush=True):
        listing = Listing(
            COLUMNS,
            label="Tokens",
            noun="token",
            fetch=fetch,
            row=row,
            on_act=acted,
            narrowed=lambda: bool(status.value or kind.value or search.value or order.value != "newest"),
            when_empty=lambda: empty(
                "token",
                "No tokens yet",
                "A token lets an application call models and services. It works as an API key in every SDK.",
                next_step("New token", issue),
            ),
        )
    await listing.load()
    for field in (search, status, kind, order):
        field.on_value_change(listing.load)


async def _notice(visit: Visit) -> None:
    """Tell of tokens that end soon, while there is time to replace them."""
    expiring = await visit.ask(count_expiring)
    if expiring:
        text = f"{counted(expiring, 'token')} expire{'s' if expiring == 1 else ''} within two weeks"
        with banner(text, "Choose the status “Expiring soon” to see which, the soonest first.", tone="warn"):
            pass


def _application_names(actor: Actor, work: Work) -> dict[str, str]:
    return {row.id: row.name for row in list_applications(actor, work, PageRequest(limit=MAX_PAGE)).items}
