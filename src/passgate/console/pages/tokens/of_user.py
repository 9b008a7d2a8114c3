"""Everything about a leaver: the live tokens that a user holds, and those that the user has issued."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Row
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.tokens.revoking import ask_to_revoke, ask_to_revoke_of_user
from passgate.console.pages.tokens.rows import COLUMNS, token_row
from passgate.console.visit import Visit
from passgate.identity.models import Token
from passgate.identity.service.tokens import list_tokens
from passgate.identity.service.users import get_user
from passgate.identity.token_schemas import TokenFilter
from passgate.kernel.pagination import Page, PageRequest


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    user = await visit.ask(get_user, args.path_parameters["user_id"])
    trail = [("Users", f"{MOUNT_PATH}/users"), (user.name, f"{MOUNT_PATH}/users/{user.id}")]
    with page_header(
        f"Tokens of {user.name}", "Live tokens that they hold, and those that they issued to applications.", trail=trail
    ):
        button(
            "Revoke all of them",
            lambda: ask_to_revoke_of_user(visit, user.id, user.name, listing.load),
            kind="danger",
            icon="ban",
        )

    async def fetch(page: PageRequest) -> Page[Token]:
        return await visit.ask(list_tokens, page, TokenFilter(user_id=user.id, status="active"))

    def row(token: Token) -> Row:
        held = "Held by them" if token.user_id == user.id else "Issued by them"
        return token_row(token, visit.console.storage.clock.now(), held)

    async def acted(jti: str, _name: str) -> None:
        await ask_to_revoke(visit, jti, listing.load)

    with card(flush=True):
        listing = Listing(
            COLUMNS,
            label=f"Live tokens of {user.name}",
            noun="token",
            fetch=fetch,
            row=row,
            on_act=acted,
            when_empty=lambda: empty("token", "No live tokens", "Nothing that they hold or issued works any more."),
        )
    await listing.load()
