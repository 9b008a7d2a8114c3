"""The dialog of a subscription's expiry."""

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.pages.services.given_moment import given_moment, shown_moment
from passgate.console.visit import Visit
from passgate.publishing.subscriptions.schemas import Expiry
from passgate.publishing.subscriptions.service.deciding import set_expiry
from passgate.publishing.subscriptions.service.finding import get_subscription


async def ask_for_expiry(visit: Visit, subscription_id: str) -> None:
    """Ask for the day on which it ends by itself."""
    found = await visit.ask(get_subscription, subscription_id)

    async def save(form: Form) -> None:
        given = Expiry.model_validate({"expires_at": given_moment(form.text("expires_at"))})
        await visit.change(set_expiry, subscription_id, given.expires_at)
        await visit.refresh()

    title = f"Expiry of {found.application_name} at {found.service_name}"
    with form_dialog(title, "The subscriber gets a notice of the change.", "Save", save) as form:
        value = shown_moment(found.expires_at) if found.expires_at else ""
        help_text = "The day from which its calls are refused, in UTC; empty: it does not end by itself."
        field = text_field("Ends on", value=value, optional=True, placeholder="2027-06-30", help_text=help_text)
        form.add("expires_at", field)
