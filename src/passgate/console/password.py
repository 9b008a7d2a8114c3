"""One's own password."""

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.visit import Visit
from passgate.identity.schemas import MIN_PASSWORD_LETTERS, PasswordChange
from passgate.identity.service.users import change_own_password


def ask_for_new_password(visit: Visit) -> None:
    """Ask for the old and the new password; the change ends all of one's sessions, so one signs in anew."""

    async def change(form: Form) -> None:
        given = PasswordChange(**{name: form.secret(name) for name in ("current_password", "new_password")})
        await visit.change(change_own_password, given)
        await visit.refresh()

    lead = "You are signed out everywhere, here too, and sign in with the new one."
    with visit.client.content, form_dialog("Change your password", lead, "Change password", change) as form:
        form.add("current_password", text_field("Current password", secret=True))
        form.add(
            "new_password",
            text_field("New password", secret=True, help_text=f"At least {MIN_PASSWORD_LETTERS} characters."),
        )
