"""Steps of a version's life that are planned for a moment: planned, listed, taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from passgate.console.components.badge import Tone
from passgate.console.components.card import card
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import box
from passgate.console.pages.services.given_moment import given_moment
from passgate.console.pages.services.successor import ask_for_successor
from passgate.console.visit import Visit
from passgate.publishing.lifecycle_schemas import ScheduledAct, ScheduleIn, ScheduleView
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.schedules import cancel_step, list_schedules, plan_step
from passgate.publishing.version_schemas import RevisionView, VersionView

_COLUMNS = (
    Column("step", "Planned step", "main"),
    Column("when", "When, UTC"),
    Column("state", "State", "badge"),
    Column("actions", "Actions", "actions"),
)
_ACTS: Mapping[ScheduledAct, str] = {"publish": "Publish", "deprecate": "Deprecate", "retire": "Retire"}
_TONES: Mapping[str, Tone] = {"pending": "info", "done": "good", "failed": "bad", "cancelled": "plain"}
_WORDS = {"pending": "Planned", "done": "Done", "failed": "Failed", "cancelled": "Taken back"}
_MOST = 10
_ALL_CALLS = 100


async def planned_steps(visit: Visit, service: ServiceView, numbers: Mapping[str, int], *, may_publish: bool) -> None:
    """What is planned for the service's versions, and what became of the last steps; nothing where none ever was.

    Args:
        visit: who looks.
        service: whose versions.
        numbers: of its revisions, by their ids.
        may_publish: whether the reader may take a step back.
    """
    found = await visit.ask(list_schedules, service.id)
    if not found:
        return
    names = {version.id: version.name for version in service.versions}

    async def take_back(schedule_id: str, _name: str) -> None:
        await visit.change(cancel_step, service.id, schedule_id)
        visit.tell("The step is taken back.")
        await visit.refresh()

    with card("Planned steps", flush=True):
        rows = [_row(one, names, numbers, may_publish=may_publish) for one in _in_order(found)]
        Table(_COLUMNS, rows, label="Planned steps", on_act=take_back)


def ask_for_step(visit: Visit, service: ServiceView, version: VersionView, revisions: Sequence[RevisionView]) -> None:
    """Ask which step is to be made, and when."""
    choices = _publishable(revisions)
    acts = _acts_of(version, choices)
    first = next(iter(acts))

    async def plan(form: Form) -> None:
        given = ScheduleIn.model_validate(_given(form))
        await visit.change(plan_step, service.id, version.id, given)
        visit.tell(f"Planned for {given.due_at:%d %b %Y, %H:%M} UTC.")
        await visit.refresh()

    lead = "It is made by itself when its moment has come. Should it fail, your team gets a notice."
    with form_dialog(f"Plan a step of {version.name}", lead, "Plan step", plan) as form:
        form.add("act", choice_field("Step", acts, value=first))
        placeholder = "2027-06-30 14:00"
        form.add("due_at", text_field("When", placeholder=placeholder, help_text="A day, or a day and a time, in UTC."))
        with box("pg-stack") as of_publish:
            form.add("revision_id", choice_field("Revision", choices, value=next(iter(choices), None)))
            form.add("weight", text_field("Percent of the calls", value="100"))
        with box("pg-stack") as of_deprecate:
            help_text = "When it retires itself: from then on it answers 410."
            field = text_field("Sunset", optional=True, placeholder=placeholder, help_text=help_text)
            form.add("sunset_at", field)
        with box("pg-stack") as of_the_end:
            ask_for_successor(form, service, version)
        chosen = form.field("act")
        of_publish.bind_visibility_from(chosen, "value", value="publish")
        of_deprecate.bind_visibility_from(chosen, "value", value="deprecate")
        of_the_end.bind_visibility_from(chosen, "value", lambda step: step in {"deprecate", "retire"})


def may_be_planned(version: VersionView, revisions: Sequence[RevisionView]) -> bool:
    """Whether there is a step to plan."""
    return bool(_acts_of(version, _publishable(revisions)))


def _publishable(revisions: Sequence[RevisionView]) -> dict[str, str]:
    """Those that could get calls, or more of them than they get."""
    barred = {"rejected", "in_review"}
    return {
        one.id: f"Revision {one.number}" for one in revisions if one.status not in barred and one.weight != _ALL_CALLS
    }


def _acts_of(version: VersionView, publishable: Mapping[str, str]) -> dict[ScheduledAct, str]:
    acts: tuple[ScheduledAct, ...] = ("publish",) if publishable and version.status != "retired" else ()
    if version.status in {"published", "deprecated"}:
        acts = (*acts, "deprecate", "retire")
    return {one: _ACTS[one] for one in acts}


def _given(form: Form) -> dict[str, object]:
    step = form["act"]
    given = {"act": step, "due_at": given_moment(form.text("due_at"))}
    if step == "publish":
        given |= {"revision_id": form["revision_id"], "weight": form["weight"]}
    elif step == "deprecate":
        given |= {"sunset_at": given_moment(form.text("sunset_at"))}
    if step != "publish":
        given |= {"successor": form["successor"] or None}
    return given


def _in_order(found: Sequence[ScheduleView]) -> list[ScheduleView]:
    """What is to come, the next one first, then what was, the last one first."""
    coming = sorted((one for one in found if one.status == "pending"), key=lambda one: one.due_at)
    past = sorted((one for one in found if one.status != "pending"), key=lambda one: one.due_at, reverse=True)
    return [*coming, *past[:_MOST]]


def _row(one: ScheduleView, names: Mapping[str, str], numbers: Mapping[str, int], *, may_publish: bool) -> Row:
    step = f"{_ACTS[one.act]} {names.get(one.version_id, 'a version that is gone')}"
    actions = [act("cancel", "Take back", of=step, tone="bad")] if may_publish and one.status == "pending" else []
    return {
        "id": one.id,
        "step": step,
        "sub": one.failure or _details(one, numbers),
        "when": f"{one.due_at:%d %b %Y, %H:%M}",
        "state": tag(_WORDS[one.status], _TONES[one.status], dot=True),
        "actions": actions,
    }


def _details(one: ScheduleView, numbers: Mapping[str, int]) -> str:
    details = one.details
    parts = []
    if one.act == "publish":
        number = numbers.get(str(details.get("revision_id")))
        parts = [
            f"Revision {number}" if number else "An older revision",
            f"{details.get('weight', 100)} % of the calls",
        ]
    sunset = details.get("sunset_at")
    if sunset:
        parts.append(f"Sunset on {datetime.fromisoformat(str(sunset)):%d %b %Y, %H:%M}")
    if details.get("successor"):
        parts.append(f"Its successor is {details['successor']}")
    return " · ".join(parts)
