"""A question for a reason, before something is taken from somebody."""

from collections.abc import Awaitable, Callable

from passgate.console.components.button import Kind
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form


def ask_for_reason(  # noqa: PLR0913 - each argument is one visible part of it
    title: str,
    lead: str,
    action: str,
    job: Callable[[str], Awaitable[object]],
    *,
    optional: bool = False,
    kind: Kind = "danger",
) -> None:
    """Ask; then do the job with the reason. A refusal is told in the dialog."""

    async def submitted(form: Form) -> None:
        await job(form["reason"] or "")

    with form_dialog(title, lead, action, submitted, kind=kind) as form:
        form.add("reason", text_field("Reason", help_text="The other side reads it.", lines=2, optional=optional))
