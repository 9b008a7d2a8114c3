"""The form of an application."""

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.identity.models import Application
from passgate.identity.schemas import ApplicationChange, ApplicationIn
from passgate.identity.service.applications import create_application, update_application
from passgate.kernel.permissions import Permission


async def ask_to_create(visit: Visit) -> None:
    """Ask for an application's name and team, create it and open it."""
    teams = await visit.ask(writable_teams, Permission.APPLICATION_WRITE)

    async def create(form: Form) -> None:
        given = ApplicationIn(team_id=form["team_id"] or "", name=form["name"], description=form["description"])
        made = await visit.change(create_application, given)
        visit.go(f"/applications/{made.id}")

    with form_dialog(
        "New application",
        "An application is whoever calls: a service of yours, a script, a person's editor. Tokens belong to it.",
        "Create application",
        create,
    ) as form:
        form.add("name", text_field("Name", placeholder="checkout"))
        form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
        form.add("description", text_field("Description", optional=True, lines=2))


async def ask_to_change(visit: Visit, application: Application) -> None:
    """Ask for what is to change of an application."""

    async def change(form: Form) -> None:
        await visit.change(
            update_application,
            application.id,
            ApplicationChange(name=form["name"], description=form["description"]),
        )
        await visit.refresh()

    with form_dialog("Edit application", "Its tokens and subscriptions stay as they are.", "Save", change) as form:
        form.add("name", text_field("Name", value=application.name))
        form.add("description", text_field("Description", value=application.description, optional=True, lines=2))
