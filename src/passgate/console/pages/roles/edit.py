"""One role: looked at, made, changed, deleted."""

from collections.abc import Mapping

from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import drawer, form_dialog
from passgate.console.components.facts import facts
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box
from passgate.console.visit import Visit
from passgate.identity.role_schemas import CustomRoleChange, CustomRoleIn, RoleView
from passgate.identity.service.roles import create_role, delete_role, update_role
from passgate.kernel.permissions import Permission

_PERMISSIONS = {permission.value: permission.value for permission in Permission}


def open_role(visit: Visit, role: RoleView) -> None:
    """Open a role's detail."""
    with drawer(role.name, role.description) as dialog:
        facts([("Kind", "Built in" if role.is_built_in else "Custom"), ("Held by", str(role.holders))])
        with box("pg-stack-s"):
            Words("Permissions", "h3")
            with box("pg-row"):
                for permission in role.permissions:
                    badge(permission)
        if role.can_edit:

            def edit() -> None:
                dialog.close()
                ask_for_role(visit, {}, role)

            def delete() -> None:
                dialog.close()
                _ask_to_delete(visit, role)

            with box("pg-row"):
                button("Edit", edit, icon="edit")
                button("Delete", delete, icon="trash")


def ask_for_role(visit: Visit, teams: Mapping[str, str], role: RoleView | None = None) -> None:
    """Ask for a new role, or for the changes of one."""

    async def save(form: Form) -> None:
        given = {"name": form["name"], "description": form["description"], "permissions": form["permissions"] or []}
        if role is None:
            await visit.change(create_role, CustomRoleIn(team_id=form["team_id"] or None, **given))
        else:
            await visit.change(update_role, role.id, CustomRoleChange(**given))
        await visit.refresh()

    title = f"Edit {role.name}" if role else "New role"
    lead = "It can hold no permission that you do not hold yourself."
    with visit.client.content, form_dialog(title, lead, "Save", save) as form:
        form.add("name", text_field("Name", value=role.name if role else "", placeholder="Auditor"))
        if role is None:
            form.add("team_id", choice_field("For", teams, value=next(iter(teams), None)))
        form.add(
            "description", text_field("Description", value=role.description if role else "", optional=True, lines=2)
        )
        held = [permission.value for permission in role.permissions] if role else []
        form.add("permissions", choice_field("Permissions", _PERMISSIONS, value=held, multiple=True, searchable=True))


def _ask_to_delete(visit: Visit, role: RoleView) -> None:
    async def delete() -> None:
        await visit.change(delete_role, role.id)
        await visit.refresh()

    with visit.client.content:
        confirm(f"Delete the role {role.name}?", "Only a role that nobody holds can be deleted.", "Delete", delete)
