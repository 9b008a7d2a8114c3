"""Subscribing: which application, under which plan, and what for."""

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import fitting, search_on_server
from passgate.console.components.text import box
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.identity.schemas import ApplicationIn
from passgate.identity.service.applications import create_application, list_applications
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.portal.schemas import PortalService
from passgate.publishing.subscriptions.schemas import SubscriptionView
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Work

_NEW = "new:"


async def ask_to_subscribe(visit: Visit, service: PortalService, plan_id: str | None = None) -> None:
    """Ask, then subscribe; a new application is made in the same step."""
    applications = await visit.ask(_applications)
    plans = {plan.id: plan.name for plan in service.plans if plan.is_open}
    default = next((plan.id for plan in service.plans if plan.is_default and plan.is_open), next(iter(plans), None))

    async def save(form: Form) -> None:
        chosen = plan_id if not plans else form["plan_id"]
        owner, name = form["application_id"] or "", form["name"] or ""
        made = await visit.change(_subscribe, service.id, owner, name, chosen, form["note"] or "")
        waits = made.status == "requested"
        visit.tell("Your request is with the service's team." if waits else f"{made.application_name} may call it now.")
        visit.go("/portal/mine")

    lead = f"Which of your applications is to call {service.name}? Any of its tokens works then."
    with visit.client.content, form_dialog(f"Subscribe to {service.name}", lead, "Subscribe", save) as form:
        first = next(iter(applications), None)
        chosen = choice_field("Application", applications, value=first, searchable=True)
        search_on_server(chosen, lambda text: visit.ask(_applications, text))
        form.add("application_id", chosen)
        with box() as of_new:
            form.add("name", text_field("Name of the new application", placeholder="Checkout"))
        of_new.bind_visibility_from(chosen, "value", backward=lambda value: str(value or "").startswith(_NEW))
        if plans:
            form.add("plan_id", choice_field("Plan", plans, value=plan_id or default))
        form.add("note", text_field("What for", optional=True, lines=2, help_text="The service's team reads it."))


def _subscribe(  # noqa: PLR0913, PLR0917 - what the form says
    actor: Actor, work: Work, service_id: str, owner: str, name: str, plan_id: str | None, note: str
) -> SubscriptionView:
    if owner.startswith(_NEW):
        if not name:
            raise InvalidInputError("name: give the new application a name.", field="name")
        given = ApplicationIn(team_id=owner.removeprefix(_NEW), name=name)
        owner = create_application(actor, work, given).id
    return subscribe(actor, work, service_id, owner, plan_id, note)


def _applications(actor: Actor, work: Work, text: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    if actor.teams_with(Permission.APPLICATION_READ) != frozenset():
        for one in list_applications(actor, work, PageRequest(limit=MAX_PAGE), search=text).items:
            if one.is_active and actor.may(Permission.SUBSCRIPTION_WRITE, one.team_id):
                found[one.id] = one.name
    teams = writable_teams(actor, work, Permission.APPLICATION_WRITE)
    new = {f"{_NEW}{team_id}": f"A new application of {name}" for team_id, name in teams.items()}
    return {**found, **fitting(new, text)}
