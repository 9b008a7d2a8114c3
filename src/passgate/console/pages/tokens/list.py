"""All tokens."""

from dataclasses import replace

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
from passgate.console.pages.applications_of import application_filter, offered_applications
from passgate.console.pages.tokens.issuing import ask_to_issue
from passgate.console.pages.tokens.revoking import ask_to_revoke
from passgate.console.pages.tokens.rows import COLUMNS, token_row
from passgate.console.visit import Visit
from passgate.identity.models import Token
from passgate.identity.service.applications import application_names
from passgate.identity.service.tokens import NOTICE_BEFORE_EXPIRY, count_expiring, list_tokens
from passgate.identity.token_schemas import TokenFilter
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
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


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    owners: dict[str, str] = {}
    chosen = args.query_parameters.get("application", "")
    offered = await visit.ask(offered_applications, chosen)

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
        application = application_filter(visit, offered, chosen)
        status = filter_field("Status", _STATUSES, "")
        kind = filter_field("Kind", _KINDS, "")
        order = filter_field("Order", _ORDERS, "newest")

    def wanted() -> TokenFilter:
        text = (search.value or "").strip() or None
        asked = TokenFilter(kind=kind.value or None, application_id=application.value or None, search=text)
        if status.value == _EXPIRING:
            until = visit.console.storage.clock.now() + NOTICE_BEFORE_EXPIRY
            return replace(asked, expiring_before=until)
        return replace(asked, status=status.value or None, order=order.value)

    async def fetch(page: PageRequest) -> Page[Token]:
        found, names = await visit.ask(_found, page, wanted())
        owners.update(names)
        return found

    def row(token: Token) -> Row:
        # An application that is gone has no name; its id is true of the token, and "Personal" would not be.
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
            narrowed=lambda: wanted() != TokenFilter(),
            when_empty=lambda: empty(
                "token",
                "No tokens yet",
                "A token lets an application call models and services. It works as an API key in every SDK.",
                next_step("New token", issue),
            ),
        )
    await listing.load()
    for field in (search, application, status, kind, order):
        field.on_value_change(listing.load)


async def _notice(visit: Visit) -> None:
    """Tell of tokens that end soon, while there is time to replace them."""
    expiring = await visit.ask(count_expiring)
    if expiring:
        text = f"{counted(expiring, 'token')} expire{'s' if expiring == 1 else ''} within two weeks"
        with banner(text, "Choose the status “Expiring soon” to see which, the soonest first.", tone="warn"):
            pass


def _found(actor: Actor, work: Work, page: PageRequest, wanted: TokenFilter) -> tuple[Page[Token], dict[str, str]]:
    found = list_tokens(actor, work, page, wanted)
    owners = {token.application_id for token in found.items if token.application_id}
    return found, application_names(actor, work, owners)
