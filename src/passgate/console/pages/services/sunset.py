"""The dialogs of a version's end: deprecation and retirement."""

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.pages.services.given_moment import given_moment, shown_moment
from passgate.console.pages.services.successor import ask_for_successor
from passgate.console.visit import Visit
from passgate.publishing.lifecycle_schemas import DeprecationIn, RetirementIn
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.retirement import deprecate_version, retire_version
from passgate.publishing.version_schemas import VersionView


def ask_to_deprecate(visit: Visit, service: ServiceView, version: VersionView) -> None:
    """Ask for the date and the successor, and tell callers and subscribers."""

    async def deprecate(form: Form) -> None:
        given = {"sunset_at": given_moment(form.text("sunset_at")), "successor": form["successor"] or None}
        await visit.change(deprecate_version, service.id, version.id, DeprecationIn.model_validate(given))
        visit.tell(f"{version.name} is deprecated; its subscribers got a notice.")
        await visit.refresh()

    lead = "Callers see it in the headers Deprecation and Sunset; on the date the version retires itself."
    with form_dialog(f"Deprecate {version.name}", lead, "Deprecate", deprecate) as form:
        value = shown_moment(version.sunset_at) if version.sunset_at else ""
        field = text_field(
            "Sunset",
            value=value,
            optional=True,
            placeholder="2027-06-30",
            help_text="The day, or the moment such as 2027-06-30 14:00, from which it answers 410, in UTC.",
        )
        form.add("sunset_at", field)
        ask_for_successor(form, service, version)


def ask_to_retire(visit: Visit, service: ServiceView, version: VersionView) -> None:
    """Ask for the successor, and close the version."""

    async def retire(form: Form) -> None:
        given = RetirementIn(successor=form["successor"] or None)
        await visit.change(retire_version, service.id, version.id, given)
        visit.tell(f"{version.name} is retired.")
        await visit.refresh()

    lead = "Its calls get 410 at once, and subscribers get a notice. It can be published again."
    with form_dialog(f"Retire {version.name}?", lead, "Retire version", retire, kind="danger") as form:
        ask_for_successor(
            form, service, version, "Callers read in the 410, and subscribers in their notice, where to go."
        )
