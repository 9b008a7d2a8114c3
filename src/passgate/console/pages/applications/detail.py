"""One application: its tokens and what it may call."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier
from passgate.console.components.empty import empty, next_step
from passgate.console.components.facts import facts
from passgate.console.components.listing import Listing
from passgate.console.components.moment import Moment
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.applications.access import models_card, subscriptions_card
from passgate.console.pages.applications.bodies import bodies_card
from passgate.console.pages.applications.form import ask_to_change
from passgate.console.pages.applications.oauth import oauth_card
from passgate.console.pages.teams_of import team_names
from passgate.console.pages.tokens.issuing import ask_to_issue
from passgate.console.pages.tokens.revoking import ask_to_revoke, ask_to_revoke_all
from passgate.console.pages.tokens.rows import COLUMNS_BESIDE, token_row
from passgate.console.visit import Visit
from passgate.identity.models import Application, Token
from passgate.identity.schemas import ApplicationChange
from passgate.identity.service.applications import delete_application, get_application, update_application
from passgate.identity.service.tokens import list_tokens
from passgate.identity.token_schemas import TokenFilter
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class _Found:
    application: Application
    team: str
    may_write: bool
    may_issue: bool
    may_switch_bodies: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["application_id"])
    application = found.application
    with page_header(application.name, application.description, trail=[("Applications", f"{MOUNT_PATH}/applications")]):
        if found.may_write:
            _actions(visit, application)
        if found.may_issue and application.is_active:
            button("New token", lambda: ask_to_issue(visit, application.id), kind="primary", icon="plus")
    if not application.is_active:
        with banner("This application is inactive", "All of its tokens are revoked; none can be issued.", tone="warn"):
            pass
    with box("pg-main-aside"):
        with box("pg-stack"):
            listing = _tokens(visit, found)
            await subscriptions_card(visit, application)
            await oauth_card(visit, application, may_write=found.may_write)
        with box("pg-stack"):
            _about(found)
            await models_card(visit, application, may_write=found.may_write)
            bodies_card(visit, application, may_switch=found.may_switch_bodies)
    await listing.load()


def _find(actor: Actor, work: Work, application_id: str) -> _Found:
    application = get_application(actor, work, application_id)
    return _Found(
        application=application,
        team=team_names(actor, work).get(application.team_id, ""),
        may_write=actor.may(Permission.APPLICATION_WRITE, application.team_id),
        may_issue=actor.may(Permission.TOKEN_ISSUE, application.team_id),
        may_switch_bodies=all(
            actor.may(one, application.team_id) for one in (Permission.APPLICATION_WRITE, Permission.BODY_READ)
        ),
    )


def _actions(visit: Visit, application: Application) -> None:
    async def set_active(*, active: bool) -> None:
        await visit.change(update_application, application.id, ApplicationChange(is_active=active))
        await visit.refresh()

    async def delete() -> None:
        await visit.change(delete_application, application.id)
        visit.tell(f"{application.name} is deleted and its tokens are revoked.")
        visit.go("/applications")

    button("Edit", lambda: ask_to_change(visit, application), icon="edit")
    if application.is_active:
        button(
            "Deactivate",
            lambda: confirm(
                f"Deactivate “{application.name}”?",
                "All of its tokens are revoked at once. Once active again, it needs new ones.",
                "Deactivate",
                lambda: set_active(active=False),
            ),
            icon="ban",
        )
    else:
        button("Activate", lambda: set_active(active=True), icon="check")
    button(
        "Delete",
        lambda: confirm(
            f"Delete “{application.name}”?",
            "Its tokens are revoked at once and its subscriptions end. What it called stays in the calls.",
            "Delete application",
            delete,
        ),
        icon="trash",
    )


def _tokens(visit: Visit, found: _Found) -> Listing[Token]:
    application = found.application

    async def fetch(page: PageRequest) -> Page[Token]:
        return await visit.ask(list_tokens, page, TokenFilter(application_id=application.id))

    async def acted(jti: str, _name: str) -> None:
        await ask_to_revoke(visit, jti, listing.load)

    async def revoke_all() -> None:
        await ask_to_revoke_all(visit, application.id, application.name, listing.load)

    async def issue() -> None:
        await ask_to_issue(visit, application.id)

    with card(flush=True):
        with card_head("Tokens", "They work as API keys in every SDK."):
            button("Revoke all", revoke_all, kind="quiet", icon="ban")
        listing = Listing(
            COLUMNS_BESIDE,
            label="Tokens of this application",
            noun="token",
            fetch=fetch,
            row=lambda token: token_row(token, visit.console.storage.clock.now()),
            on_act=acted,
            when_empty=lambda: empty(
                "token",
                "No tokens yet",
                "Create one: it is shown once, with code to copy.",
                next_step("New token", issue) if found.may_issue and application.is_active else None,
            ),
        )
    return listing


def _about(found: _Found) -> None:
    application = found.application
    with card("About"):
        facts(
            [
                (
                    "Status",
                    lambda: badge(*(("Active", "good") if application.is_active else ("Inactive", "plain")), dot=True),
                ),
                ("Id", lambda: identifier(application.id)),
                ("Team", found.team),
                ("Created", lambda: Moment(application.created_at, "date")),
            ]
        )
