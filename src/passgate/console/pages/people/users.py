"""All users."""

from nicegui import ui
from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty
from passgate.console.components.field import search_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.visit import Visit, who
from passgate.identity.models import User
from passgate.identity.schemas import MIN_PASSWORD_LETTERS, UserIn
from passgate.identity.service.users import create_user, list_users
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission

_COLUMNS = (
    Column("name", "Name", "main"),
    Column("role", "Role", "badge"),
    Column("status", "Status", "badge"),
    Column("seen", "Last sign-in", "relative"),
    Column("created", "Added", "relative"),
)


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    actor = await visit.ask(who)
    with page_header("Users", "People who sign in here. What they may do comes from their roles in teams."):
        if actor.may(Permission.USER_WRITE):
            button("New user", lambda: _ask_to_create(visit), kind="primary", icon="plus")
    with box("pg-filters"):
        search = search_field("Search users")

    async def fetch(page: PageRequest) -> Page[User]:
        return await visit.ask(list_users, page, search=(search.value or "").strip() or None)

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Users",
            noun="user",
            fetch=fetch,
            row=_row,
            narrowed=lambda: bool(search.value),
            when_empty=lambda: empty("user", "No users yet", "Add the people who shall work with Passgate."),
        )
    await listing.load()
    search.on_value_change(listing.load)


def _row(user: User) -> Row:
    return {
        "id": user.id,
        "href": f"{MOUNT_PATH}/users/{user.id}",
        "name": user.name,
        "sub": user.email,
        "role": tag("Administrator", "brand") if user.is_admin else tag("Member"),
        "status": tag("Active", "good", dot=True) if user.is_active else tag("Inactive", "plain", dot=True),
        "seen": user.last_login_at.isoformat() if user.last_login_at else None,
        "created": user.created_at.isoformat(),
    }


def _ask_to_create(visit: Visit) -> None:
    async def create(form: Form) -> None:
        given = UserIn(
            email=form["email"], name=form["name"], password=form.secret("password"), is_admin=bool(form["is_admin"])
        )
        made = await visit.change(create_user, given)
        visit.go(f"/users/{made.id}")

    with form_dialog(
        "New user", "Tell them the first password by a safe way; they can change it.", "Create user", create
    ) as form:
        form.add("name", text_field("Name", placeholder="Grace Hopper"))
        form.add("email", text_field("E-mail", placeholder="grace@example.com"))
        form.add(
            "password",
            text_field("First password", secret=True, help_text=f"At least {MIN_PASSWORD_LETTERS} characters."),
        )
        form.add("is_admin", ui.switch("Administrator: may do everything, in every team"))
