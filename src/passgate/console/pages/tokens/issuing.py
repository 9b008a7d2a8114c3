"""Issuing a token, and showing it the one time it is there."""

from collections.abc import Sequence

from nicegui import ui

from passgate.catalog.service.models import list_models
from passgate.console.components.banner import banner
from passgate.console.components.copyable import secret_once, snippet
from passgate.console.components.dialog import form_dialog, view_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words
from passgate.console.pages.tokens.snippets import Snippet, api_snippets, first_call_snippets
from passgate.console.visit import Visit
from passgate.identity.schemas import DEFAULT_LIFETIME_DAYS, IssuedToken, TokenIn
from passgate.identity.service.applications import list_applications
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_LIFETIMES = {1: "1 day", 7: "7 days", 30: "30 days", 90: "90 days", 180: "180 days", 365: "1 year"}
_ANY_MODEL = "<model>"
_SELF = "self"
_OWNER_HELP = "Its calls are counted there. A token for yourself manages Passgate, and passes no gate."


async def ask_to_issue(visit: Visit, application_id: str | None) -> None:
    """Ask for a token's name and lifetime (and its application, where none is given), issue it and show it."""
    choices = {} if application_id else await visit.ask(_applications)

    async def issue(form: Form) -> None:
        owner = application_id or form["application_id"] or ""
        given = TokenIn(
            kind="personal" if owner == _SELF else "application",
            name=form["name"],
            application_id=None if owner == _SELF else owner,
            scopes=(form["scopes"] or "").split(),
            lifetime_days=form["lifetime_days"],
        )
        issued = await visit.change(issue_token, visit.console.token_issuer, given)
        model = await visit.ask(_some_model)
        await visit.refresh()
        _show_once(visit, issued, model)

    with form_dialog(
        "New token",
        "A token is a signed JWT. It works as an API key in the OpenAI and Anthropic SDKs, and for your services.",
        "Create token",
        issue,
    ) as form:
        form.add("name", text_field("Name", placeholder="production", help_text="Where it will be used."))
        if application_id is None:
            form.add("application_id", choice_field("For", choices, searchable=True, help_text=_OWNER_HELP))
        form.add("lifetime_days", choice_field("Lifetime", _LIFETIMES, value=DEFAULT_LIFETIME_DAYS))
        form.add(
            "scopes",
            text_field("Scopes", optional=True, help_text="Words apart by blanks, for your own services to check."),
        )


def _show_once(visit: Visit, issued: IssuedToken, model: str) -> None:
    with visit.client.content, view_dialog("Your new token", f"“{issued.row.name}” is ready.", done="I have copied it"):
        with banner(
            "Copy it now: it is shown this once.", "Passgate keeps what it is for, never the token.", tone="warn"
        ):
            pass
        secret_once(issued.token, "Token")
        Words("Make the first call", "h3")
        snippets = _snippets_for(visit.console.public_url, issued, model)
        with ui.tabs().classes("pg-tabs").props("align=left no-caps dense inline-label :breakpoint=0") as tabs:
            for one in snippets:
                ui.tab(one.name)
        with ui.tab_panels(tabs, value=snippets[0].name, animated=False).classes("pg-panels w-full"):
            for one in snippets:
                with ui.tab_panel(one.name):
                    snippet(one.code, one.language)


def _snippets_for(public_url: str, issued: IssuedToken, model: str) -> Sequence[Snippet]:
    if issued.row.kind == "personal":
        return api_snippets(public_url, issued.token)
    return first_call_snippets(public_url, issued.token, model)


def _applications(actor: Actor, work: Work) -> dict[str, str]:
    found = list_applications(actor, work, PageRequest(limit=MAX_PAGE)).items
    names = {application.id: application.name for application in found if application.is_active}
    return {**names, _SELF: "Yourself, for the management API"}


def _some_model(actor: Actor, work: Work) -> str:
    """A chat model to put into the snippets: the newest that is on."""
    if actor.teams_with(Permission.MODEL_READ) == frozenset():
        return _ANY_MODEL
    models = list_models(actor, work, PageRequest(limit=MAX_PAGE)).items
    return next((model.name for model in models if model.is_enabled and model.kind == "chat"), _ANY_MODEL)
