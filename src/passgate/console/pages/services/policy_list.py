"""The policies of a service or of a revision: one list, in the order in which the gate asks them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.contract_fields import add_fields, values_of
from passgate.console.components.dialog import form_dialog, view_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import choice_field
from passgate.console.components.form import Form
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.components.text import Words, box
from passgate.console.pages.services.policy_sentences import policy_sentence
from passgate.console.pages.services.policy_wording import POLICY_KINDS
from passgate.console.visit import Visit
from passgate.contracts.service_policy import AnyPolicy
from passgate.kernel.errors import InvalidInputError

_ORDER = list(POLICY_KINDS)
_ADDING = "rate_limit"
_COLUMNS = (Column("name", "Policy", "main"), Column("says", "What it does"))
_OF_REVISION = (Column("routes", "Routes"), Column("of", "From", "badge"))
_ACTIONS = Column("actions", "Actions", "actions")


@dataclass(frozen=True, slots=True)
class PolicyList:
    """What the list shows, and how a change of it is kept."""

    own: Sequence[AnyPolicy]
    save: Callable[[list[AnyPolicy]], Awaitable[object]] | None
    """Keeps other policies instead; None: they are shown only."""
    of_revision: bool = False
    """Whether its own are a revision's; otherwise they are the service's."""
    inherited: Sequence[AnyPolicy] = ()
    """Those of the service, in a revision's list."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """What a policy may be limited to, by id; empty: policies hold for all."""
    purge: Callable[[], None] | None = None
    """Asks whether the answers that are kept shall go; None: they are not the reader's, or none are kept."""


def policies_card(visit: Visit, shown: PolicyList, lead: str) -> None:
    """The card with the list."""

    def add() -> None:
        _choose_kind(visit, shown)

    def done(row_id: str, what: str) -> None:
        if what == "purge":
            if shown.purge is not None:
                shown.purge()
            return
        at = int(row_id)
        if what == "edit":
            _edit(visit, shown, shown.own[at].kind, at)
        else:
            _remove(visit, shown, at)

    rows = [*_inherited_rows(shown), *_own_rows(shown)]
    rows.sort(key=lambda row: _ORDER.index(row["kind"]))
    with card(flush=True):
        with card_head("Policies", lead):
            if shown.save is not None and rows:
                button("Add policy", add, icon="plus")
        if rows:
            columns = (*_COLUMNS, *(_OF_REVISION if shown.of_revision else ()), _ACTIONS)
            Table(columns, rows, label="Policies", on_act=done)
        else:
            step = next_step("Add policy", add) if shown.save is not None else None
            empty("gauge", "No policies here", "Limits, addresses, headers and the like are set as policies.", step)


def _own_rows(shown: PolicyList) -> list[Row]:
    return [
        {
            **_row(policy, shown),
            "id": str(at),
            "of": tag("Revision", "brand"),
            "actions": [*_purging(policy, shown), *_changing(policy, shown)],
        }
        for at, policy in enumerate(shown.own)
    ]


def _inherited_rows(shown: PolicyList) -> list[Row]:
    replaced = {policy.kind for policy in shown.own if not policy.routes} - {_ADDING}
    return [
        {
            **_row(policy, shown),
            "id": f"service-{at}",
            "of": tag("Service, replaced here" if policy.kind in replaced else "Service"),
            "actions": _purging(policy, shown),
        }
        for at, policy in enumerate(shown.inherited)
    ]


def _purging(policy: AnyPolicy, shown: PolicyList) -> list[dict[str, str]]:
    if shown.purge is None or policy.kind != "response_cache":
        return []
    return [act("purge", "Purge", of="kept answers")]


def _changing(policy: AnyPolicy, shown: PolicyList) -> list[dict[str, str]]:
    if shown.save is None:
        return []
    title = POLICY_KINDS[policy.kind].title
    return [act("edit", "Edit", of=title), act("remove", "Remove", of=title, tone="bad")]


def _row(policy: AnyPolicy, shown: PolicyList) -> Row:
    return {
        "kind": policy.kind,
        "name": POLICY_KINDS[policy.kind].title,
        "says": policy_sentence(policy),
        "routes": ", ".join(shown.routes.get(one, one) for one in policy.routes) or "All",
    }


def _choose_kind(visit: Visit, shown: PolicyList) -> None:
    with view_dialog("Add a policy", "In the order in which the gate asks them.", done="Cancel") as dialog:

        def chosen(kind: str) -> None:
            dialog.close()
            with visit.client.content:
                _edit(visit, shown, kind, None)

        with box("pg-vendors pg-kinds"):
            for kind, said in POLICY_KINDS.items():
                tile = box("pg-vendor", "button").props("type=button")
                with tile:
                    Words(said.title, "span", "pg-strong")
                    Words(said.lead, "span", "pg-help")
                tile.on("click", lambda _event, kind=kind: chosen(kind))


def _edit(visit: Visit, shown: PolicyList, kind: str, at: int | None) -> None:
    said = POLICY_KINDS[kind]
    given = shown.own[at] if at is not None else None

    async def save(form: Form) -> None:
        values: dict[str, Any] = {"kind": kind, **values_of(form, said.model, said.fields)}
        if shown.routes:
            values["routes"] = form["routes"] or []
        policy: Any = said.model.model_validate(values)
        policies = list(shown.own)
        if at is None:
            policies.append(policy)
        else:
            policies[at] = policy
        try:
            await _keep(shown, policies)
        except InvalidInputError as error:
            where = f"policies.{len(policies) - 1 if at is None else at}."
            error.field = error.field.removeprefix(where) if error.field else None
            raise
        await visit.refresh()

    with form_dialog(said.title, said.lead, "Save" if given else "Add policy", save, size="wide") as form:
        add_fields(form, said.model, said.fields, given)
        if shown.routes:
            field = choice_field(
                "Routes",
                shown.routes,
                value=list(given.routes) if given else [],
                multiple=True,
                help_text="None chosen: all of them.",
            )
            form.add("routes", field)


def _remove(visit: Visit, shown: PolicyList, at: int) -> None:
    async def remove() -> None:
        await _keep(shown, [policy for place, policy in enumerate(shown.own) if place != at])
        await visit.refresh()

    policy = shown.own[at]
    title = f"Remove “{POLICY_KINDS[policy.kind].title}”?"
    confirm(title, f"{policy_sentence(policy)}.", "Remove policy", remove)


async def _keep(shown: PolicyList, policies: list[AnyPolicy]) -> None:
    if shown.save is not None:
        await shown.save(policies)
