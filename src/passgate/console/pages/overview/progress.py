"""How far a new Passgate has come: the steps to the first call."""

from collections.abc import Sequence
from dataclasses import dataclass

from passgate.catalog.service.models import list_models
from passgate.catalog.service.providers import list_providers
from passgate.console.components.button import link_button
from passgate.console.components.card import card_head
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.identity.service.applications import list_applications
from passgate.identity.service.tokens import list_tokens
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.schemas import CallFilter
from passgate.metering.service.calls import list_calls
from passgate.publishing.subscriptions.schemas import SubscriptionFilter
from passgate.publishing.subscriptions.service.finding import list_subscriptions
from passgate.storage.work import Work

_ONE = PageRequest(limit=1)
_NUMBERS = {2: "Two", 3: "Three", 4: "Four"}


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and where it is taken."""

    title: str
    text: str
    action: str
    href: str
    done: bool


def steps(actor: Actor, work: Work) -> Sequence[Step]:
    """The steps that the actor may take; none for someone who may only look."""
    if any(actor.teams_with(permission) == frozenset() for permission in (Permission.TOKEN_READ, Permission.CALL_READ)):
        return ()
    if not _may(actor, Permission.TOKEN_ISSUE):
        return ()
    connects = _may(actor, Permission.PROVIDER_WRITE) and _may(actor, Permission.MODEL_WRITE)
    finds = not connects and _may(actor, Permission.SUBSCRIPTION_WRITE)
    return (
        *(_connecting(actor, work) if connects else ()),
        *(_finding(actor, work) if finds else ()),
        *_calling(actor, work),
    )


def _may(actor: Actor, permission: Permission) -> bool:
    return actor.teams_with(permission) != frozenset()


def _connecting(actor: Actor, work: Work) -> Sequence[Step]:
    return (
        Step(
            "Add a provider",
            "Your account at an AI vendor, or a model server of your own.",
            "Add provider",
            f"{MOUNT_PATH}/providers/new",
            bool(list_providers(actor, work, _ONE).items),
        ),
        Step(
            "Switch on a model",
            "Choose what your applications may ask for; prices are known already.",
            "Choose models",
            f"{MOUNT_PATH}/providers",
            bool(list_models(actor, work, _ONE).items),
        ),
    )


def _finding(actor: Actor, work: Work) -> Sequence[Step]:
    own = SubscriptionFilter(side="application")
    return (
        Step(
            "Find a service",
            "Read about it in the portal, try it out, and subscribe an application of yours.",
            "Open the portal",
            f"{MOUNT_PATH}/portal",
            bool(list_subscriptions(actor, work, _ONE, own).items),
        ),
    )


def _calling(actor: Actor, work: Work) -> Sequence[Step]:
    application = list_applications(actor, work, _ONE).items
    where = f"/applications/{application[0].id}" if application else "/applications"
    return (
        Step(
            "Create an application and a token",
            "The token works as an API key in every SDK.",
            "Create token" if application else "Create application",
            MOUNT_PATH + where,
            bool(list_tokens(actor, work, _ONE).items),
        ),
        Step(
            "Make the first call",
            "Copy the code that comes with a token. The call appears here within two seconds.",
            "See the calls",
            f"{MOUNT_PATH}/calls",
            bool(list_calls(actor, work, CallFilter(), _ONE).items),
        ),
    )


def checklist(found: Sequence[Step]) -> None:
    """The steps as a card; nothing once all are done."""
    done = sum(step.done for step in found)
    if done == len(found):
        return
    upcoming = next(step for step in found if not step.done)
    with box("pg-card", "section"):
        with card_head("Get started", f"{_NUMBERS[len(found)]} steps to the first call."), box("pg-row"):
            Words(f"{done} of {len(found)}", "span", "pg-small pg-faint")
            with box("pg-progress"):
                box().style(f"width: {done * 100 // len(found)}%")
        with box("pg-steps").style("margin-top: 12px"):
            for number, step in enumerate(found, 1):
                _step(number, step, upcoming=step is upcoming)


def _step(number: int, step: Step, *, upcoming: bool) -> None:
    with box("pg-step") as row:
        if step.done:
            row.props("data-done")
        Words("✓" if step.done else str(number), "span", "pg-step-mark").props('aria-hidden="true"')
        with box("pg-grow"):
            Words(step.title, "div", "pg-step-title")
            Words("Done" if step.done else step.text, "p", "pg-small pg-faint")
        if not step.done:
            link_button(step.action, step.href, kind="primary" if upcoming else "plain")
