"""Issuing a token, and showing it the one time it is there."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from nicegui import ui

from passgate.catalog.service.models import list_models
from passgate.console.components.banner import banner
from passgate.console.components.copyable import secret_once, snippet
from passgate.console.components.dialog import form_dialog, view_dialog
from passgate.console.components.field import choice_field, number_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import fitting, search_on_server
from passgate.console.components.text import Words
from passgate.console.pages.services_of import callable_services
from passgate.console.pages.teams_of import writable_teams
from passgate.console.pages.tokens.snippets import Snippet, api_snippets, first_call_snippets
from passgate.console.visit import Visit
from passgate.identity.schemas import DEFAULT_LIFETIME_DAYS, IssuedToken, TokenIn
from passgate.identity.service.actors import API_AUDIENCE
from passgate.identity.service.applications import list_applications
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import Actor
from passgate.kernel.money import to_micro_dollars
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_LIFETIMES = {1: "1 day", 7: "7 days", 30: "30 days", 90: "90 days", 180: "180 days", 365: "1 year"}
_ANY_MODEL = "<model>"
_SELF = "self"
_AT_GATE = "gate:"
_OWNER_HELP = "Its calls are counted there. One for yourself works at the gate, or manages Passgate."
_AUDIENCE_HELP = "Of a token for one of your services alone: the name that it verifies tokens for."


async def ask_to_issue(visit: Visit, application_id: str | None) -> None:
    """Ask for a token's name and lifetime (and its application, where none is given), issue it and show it."""
    choices = {} if application_id else await visit.ask(_owners)
    models, services = await visit.ask(_model_names), await visit.ask(callable_services)

    async def issue(form: Form) -> None:
        given = _given(visit, form, application_id or form["application_id"] or "")
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
            owner = choice_field("For", choices, searchable=True, help_text=_OWNER_HELP)
            search_on_server(owner, lambda text: visit.ask(_owners, text))
            form.add("application_id", owner)
        form.add("lifetime_days", choice_field("Lifetime", _LIFETIMES, value=DEFAULT_LIFETIME_DAYS))
        _add_limits(visit, form, models, services)
        form.add(
            "scopes",
            text_field("Scopes", optional=True, help_text="Words apart by blanks, for your own services to check."),
        )
        form.add("audiences", text_field("Audience", optional=True, help_text=_AUDIENCE_HELP))


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
    if issued.row.audiences == [API_AUDIENCE]:
        return api_snippets(public_url, issued.token)
    return first_call_snippets(public_url, issued.token, model)


def _given(visit: Visit, form: Form, owner: str) -> TokenIn:
    """What the form says; at the gate a personal token counts for a team."""
    team_id = owner.removeprefix(_AT_GATE) if owner.startswith(_AT_GATE) else None
    audiences = (form["audiences"] or "").split()
    is_personal = owner == _SELF or team_id is not None
    if team_id is not None:
        audiences = [visit.console.token_issuer.audience]
    budget, rpm = form["limits.budget"], form["limits.rpm"]
    limits = {
        "models": form["limits.models"] or None,
        "services": form["limits.services"] or None,
        "budget": None if budget is None else to_micro_dollars(Decimal(str(budget))),
        "rpm": None if rpm is None else int(rpm),
    }
    return TokenIn.model_validate(
        {
            "kind": "personal" if is_personal else "service" if audiences else "application",
            "name": form["name"],
            "application_id": None if is_personal else owner,
            "team_id": team_id,
            "audiences": audiences or None,
            "scopes": (form["scopes"] or "").split(),
            "limits": limits,
            "lifetime_days": form["lifetime_days"],
        }
    )


def _add_limits(visit: Visit, form: Form, models: Sequence[str], services: Mapping[str, str]) -> None:
    form.add(
        "limits.models",
        choice_field("Models", models, optional=True, multiple=True, help_text="None chosen: all of the application."),
    )
    chosen = choice_field(
        "Services", services, optional=True, multiple=True, searchable=True, help_text="None chosen: all of them."
    )
    search_on_server(chosen, lambda text: visit.ask(callable_services, text))
    form.add("limits.services", chosen)
    form.add("limits.budget", number_field("Most dollars", help_text="That it may spend in its whole life."))
    form.add("limits.rpm", number_field("Most calls a minute"))


def _owners(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    found = list_applications(actor, work, PageRequest(limit=MAX_PAGE), search=text).items
    names = {one.id: one.name for one in found if one.is_active and one.user_id is None}
    teams = writable_teams(actor, work, Permission.TOKEN_ISSUE)
    at_gate = {f"{_AT_GATE}{team_id}": f"Yourself, at the gate, in {name}" for team_id, name in teams.items()}
    return {**names, **fitting({**at_gate, _SELF: "Yourself, for the management API"}, text)}


def _model_names(actor: Actor, work: Work) -> list[str]:
    if actor.teams_with(Permission.MODEL_READ) == frozenset():
        return []
    return [model.name for model in list_models(actor, work, PageRequest(limit=MAX_PAGE)).items if model.is_enabled]


def _some_model(actor: Actor, work: Work) -> str:
    """A chat model to put into the snippets: the newest that is on."""
    if actor.teams_with(Permission.MODEL_READ) == frozenset():
        return _ANY_MODEL
    models = list_models(actor, work, PageRequest(limit=MAX_PAGE)).items
    return next((model.name for model in models if model.is_enabled and model.kind == "chat"), _ANY_MODEL)
