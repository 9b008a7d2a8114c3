"""Dialogs of publishing: what would change and for whom, and how much of the calls a revision gets."""

from nicegui import ui

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, muted
from passgate.console.formatting import counted
from passgate.console.pages.services.differences import Compared, compared, show_differences
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.metering.service.affected import Affected, affected_by
from passgate.publishing.lifecycle_schemas import PublishIn, WeightsIn
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.release import publish_revision, set_weights
from passgate.publishing.version_schemas import RevisionView, VersionView
from passgate.storage.work import Work


async def ask_to_publish(visit: Visit, service: ServiceView, version: VersionView, revision: RevisionView) -> None:
    """Show the difference and who is affected, then publish with all or a part of the calls."""
    found, affected = await visit.ask(_consequences, service.id, revision.id)

    async def publish(form: Form) -> None:
        given = PublishIn.model_validate({"weight": form["weight"]})
        await visit.change(publish_revision, service.id, revision.id, given)
        visit.tell(f"Revision {revision.number} of {version.name} is published.")
        await visit.refresh()

    lead = f"Revision {revision.number} of {version.name}. {_who(affected)}"
    with form_dialog("Publish", lead, "Publish", publish, size="wide") as form:
        show_differences(found)
        form.add(
            "weight",
            text_field(
                "Percent of the calls",
                value="100",
                help_text="Less than 100: the revisions that answer now share the rest.",
            ),
        )


def ask_to_share(visit: Visit, service: ServiceView, version: VersionView) -> None:
    """Share the calls between the two newest revisions that answer."""
    newest, *others = sorted(version.live, key=lambda one: -one.number)

    async def share(_form: Form) -> None:
        part = int(slider.value)
        rest = 100 - part
        weights = {newest.id: part, others[0].id: rest, **{one.id: 0 for one in others[1:]}}
        await visit.change(set_weights, service.id, version.id, WeightsIn(weights=weights))
        visit.tell(f"Revision {newest.number} gets {part} % of the calls.")
        await visit.refresh()

    lead = f"Revision {newest.number} and revision {others[0].number} share the calls of {version.name}."
    with form_dialog("Share the calls", lead, "Apply", share):
        label = Words(f"{newest.weight} % to revision {newest.number}", "div", "pg-strong")
        slider = ui.slider(min=0, max=100, step=1, value=newest.weight).props('aria-label="Percent"')
        slider.on_value_change(lambda event: label.say(f"{int(event.value)} % to revision {newest.number}"))
        muted("With 0 it is reached only by calls that name it in the header x-passgate-revision.")


def _consequences(actor: Actor, work: Work, service_id: str, revision_id: str) -> tuple[Compared, Affected]:
    return compared(actor, work, service_id, revision_id), affected_by(actor, work, service_id)


def _who(affected: Affected) -> str:
    subscriptions, calls = counted(affected.subscriptions, "subscription"), counted(affected.calls, "call")
    return f"{subscriptions} and {calls} in the last 7 days are affected."
