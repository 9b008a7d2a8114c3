"""Confirmations: a question before something that cannot be undone."""

from collections.abc import Awaitable, Callable

from passgate.console.components.dialog import form_dialog
from passgate.console.components.form import Form


def confirm(title: str, text: str, action: str, job: Callable[[], Awaitable[object]]) -> None:
    """Ask; on yes do the job. A refusal is told in the dialog."""

    async def submitted(_form: Form) -> None:
        await job()

    with form_dialog(title, text, action, submitted, kind="danger"):
        pass
