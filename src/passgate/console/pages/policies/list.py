"""Policies: what is masked, cached and bounded, for whom."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.catalog.policy_schemas import PolicyView
from passgate.catalog.service.policies import list_policies
from passgate.console.components.button import button, link_button
from passgate.console.components.card import card
from passgate.console.components.empty import empty
from passgate.console.components.listing import Listing
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Row, tag
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.applications_of import readable_applications
from passgate.console.pages.policies.edit import Choices, ask_for_policy
from passgate.console.pages.policies.trial import ask_to_try
from passgate.console.pages.policies.wording import masked_by, other_rules
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit
from passgate.identity.service.applications import application_names
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_COLUMNS = (
    Column("name", "Policy", "main"),
    Column("whom", "Calls of"),
    Column("model", "Model", "code"),
    Column("masking", "Masking"),
    Column("rules", "Cache and bounds"),
    Column("state", "State", "badge"),
)


@dataclass(frozen=True, slots=True)
class _Found:
    choices: Choices
    may_write: bool


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find)
    by_id: dict[str, PolicyView] = {}
    lead = (
        "What is masked, answered from the cache and bounded in size. Of several that fit a call, the strictest holds."
    )
    with page_header("Policies", lead):
        link_button("Masking log", f"{MOUNT_PATH}/policies/masking", icon="book")
        button("Try masking", lambda: ask_to_try(visit), icon="search")
        if found.may_write:
            new = button("New policy", kind="primary", icon="plus")
            new.on_click(lambda: ask_for_policy(visit, found.choices, None))

    async def fetch(page: PageRequest) -> Page[PolicyView]:
        policies, names = await visit.ask(_policies, page)
        found.choices.applications.update(names)
        by_id.update((policy.id, policy) for policy in policies.items)
        return policies

    def open_one(policy_id: str) -> None:
        ask_for_policy(visit, found.choices, by_id[policy_id])

    with card(flush=True):
        listing = Listing(
            _COLUMNS,
            label="Policies",
            noun="policy",
            fetch=fetch,
            row=lambda policy: _row(policy, found.choices),
            when_empty=lambda: empty(
                "key", "No policies yet", "Mask what must not leave, keep answers for a while, or bound prompts."
            ),
            on_open=open_one if found.may_write else None,
        )
    await listing.load()


def _find(actor: Actor, work: Work) -> _Found:
    applications = readable_applications(actor, work)
    may_write = actor.teams_with(Permission.MODEL_WRITE) != frozenset()
    choices = Choices(team_names(actor, work), applications, everywhere=actor.may(Permission.MODEL_WRITE))
    return _Found(choices, may_write)


def _policies(actor: Actor, work: Work, page: PageRequest) -> tuple[Page[PolicyView], dict[str, str]]:
    found = list_policies(actor, work, page)
    concerned = {policy.application_id for policy in found.items if policy.application_id}
    return found, application_names(actor, work, concerned)


def _row(policy: PolicyView, choices: Choices) -> Row:
    of_team = choices.teams.get(policy.team_id or "", policy.team_id) if policy.team_id else "Everybody"
    application = choices.applications.get(policy.application_id or "", policy.application_id)
    return {
        "id": policy.id,
        "name": policy.name,
        "whom": f"{of_team}, {application}" if application else of_team,
        "model": policy.model or "every model",
        "masking": masked_by(policy.masking),
        "rules": other_rules(policy),
        "state": tag("On", "good", dot=True) if policy.is_enabled else tag("Off", "plain"),
    }
