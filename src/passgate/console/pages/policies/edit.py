"""One policy: made, changed, removed."""

from collections.abc import Mapping
from dataclasses import dataclass

from passgate.catalog.policy_schemas import PolicyIn, PolicyView
from passgate.catalog.service.policies import create_policy, delete_policy, replace_policy
from passgate.console.components.button import button
from passgate.console.components.confirm import confirm
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import fitting, search_on_server
from passgate.console.components.text import box
from passgate.console.pages.applications_of import readable_applications
from passgate.console.pages.policies.trial import ask_to_try
from passgate.console.pages.policies.wording import RULES_EXAMPLE, RULES_HELP, read_rules, write_rules
from passgate.console.visit import Visit

_EVERY = ""
_STATES = {"on": "On", "off": "Off"}


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom a policy can concern, names by id."""

    teams: Mapping[str, str]
    applications: dict[str, str]
    everywhere: bool
    """Whether the actor may set policies for everybody."""


def ask_for_policy(visit: Visit, choices: Choices, policy: PolicyView | None) -> None:
    """Ask for a new policy, or for what is to change of one."""

    async def save(form: Form) -> None:
        given = PolicyIn.model_validate(
            {
                "name": form["name"],
                "team_id": policy.team_id if policy else form["team_id"] or None,
                "application_id": form["application_id"] or None,
                **{name: form.text(name) for name in ("model", *_BOUNDS)},
                "masking": read_rules(form["masking"] or ""),
                "is_enabled": form["state"] == "on",
            }
        )
        if policy is None:
            await visit.change(create_policy, given)
        else:
            await visit.change(replace_policy, policy.id, given)
        await visit.refresh()

    title, lead = (
        (f"Edit {policy.name}", "It holds within a second.")
        if policy
        else ("New policy", "For a team, an application or a model; what is left open holds for all.")
    )
    with visit.client.content, form_dialog(title, lead, "Save", save, size="wide") as form:
        form.add("name", text_field("Name", value=policy.name if policy else "", placeholder="No personal data"))
        with box("pg-grid-2"):
            _add_whom(visit, form, choices, policy)
        form.add(
            "masking",
            text_field(
                "Masking",
                value=write_rules(policy.masking) if policy else "",
                help_text=RULES_HELP,
                placeholder=RULES_EXAMPLE,
                optional=True,
                lines=4,
            ),
        )
        with box("pg-grid-2"):
            for name, (label, hint) in _BOUNDS.items():
                value = getattr(policy, name) if policy else None
                text = "" if value is None else str(value)
                form.add(name, text_field(label, value=text, help_text=hint, optional=True))
            state = "off" if policy and not policy.is_enabled else "on"
            form.add("state", choice_field("State", _STATES, value=state))
        with box("pg-row"):
            button("Try these rules", lambda: ask_to_try(visit, form["masking"] or ""), icon="search")
            if policy is not None:
                button("Delete", lambda: _ask_to_delete(visit, policy), icon="trash")


_BOUNDS = {
    "cache_seconds": ("Cache, seconds", "0: never; empty: as the caller asks."),
    "max_prompt_bytes": ("Largest prompt, bytes", "Of the request's body."),
    "max_output_tokens": ("Longest answer, tokens", "A request that does not say gets this."),
}


def _add_whom(visit: Visit, form: Form, choices: Choices, policy: PolicyView | None) -> None:
    if policy is None:
        teams = {**({"": "Everybody"} if choices.everywhere else {}), **choices.teams}
        form.add("team_id", choice_field("Team", teams, value=next(iter(teams), None)))
    applications = {_EVERY: "Every application", **choices.applications}
    chosen = (policy.application_id if policy else None) or ""
    applications.setdefault(chosen, chosen)
    field = choice_field("Application", applications, value=chosen, searchable=True)

    async def find(text: str) -> dict[str, str]:
        return fitting({_EVERY: "Every application"}, text) | await visit.ask(readable_applications, text)

    search_on_server(field, find)
    form.add("application_id", field)
    model = (policy.model if policy else None) or ""
    form.add("model", text_field("Model", value=model, placeholder="every model", optional=True))


def _ask_to_delete(visit: Visit, policy: PolicyView) -> None:
    async def delete() -> None:
        await visit.change(delete_policy, policy.id)
        await visit.refresh()

    with visit.client.content:
        confirm(f"Delete the policy {policy.name}?", "Calls pass without it within a second.", "Delete", delete)
