"""What an application may call: models and services."""

from passgate.catalog.service.models import list_models
from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty, next_step
from passgate.console.components.field import choice_field
from passgate.console.components.form import Form
from passgate.console.components.server_search import search_on_server
from passgate.console.components.table import Column, Row, act
from passgate.console.components.text import box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.services_of import callable_services
from passgate.console.pages.subscriptions.listing import subscriptions_listing
from passgate.console.visit import Visit
from passgate.identity.models import Application
from passgate.identity.schemas import ApplicationChange
from passgate.identity.service.applications import update_application
from passgate.kernel.actor import Actor
from passgate.kernel.pagination import MAX_PAGE, PageRequest
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.deciding import unsubscribe
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Work

_ALL = PageRequest(limit=MAX_PAGE)
_COLUMNS = (
    Column("name", "Service", "main"),
    Column("path", "Base path", "code"),
    Column("since", "Since", "relative"),
    Column("actions", "Actions", "actions"),
)


async def subscriptions_card(visit: Visit, application: Application) -> None:
    """The services that the application subscribes to."""

    async def add() -> None:
        await _ask_to_subscribe(visit, application)

    async def end(subscription_id: str, _name: str) -> None:
        await visit.change(unsubscribe, subscription_id)
        visit.tell("The subscription has ended; its calls are refused from now on.")
        await visit.refresh()

    with card(flush=True):
        with card_head("Subscriptions", "The services that it may call, beside the public ones."):
            another = button("Subscribe", add, icon="plus")
        listing = subscriptions_listing(
            visit,
            SubscriptionFilter(application_id=application.id, status="active"),
            _COLUMNS,
            row=_row,
            on_act=end,
            when_empty=lambda: empty(
                "link",
                "No subscriptions yet",
                "A service that needs a subscription refuses calls until the application has one.",
                next_step("Subscribe to a service", add),
            ),
        )
    await listing.load()
    another.set_visibility(listing.has_any)


async def models_card(visit: Visit, application: Application, *, may_write: bool) -> None:
    """The models that the application may use."""

    async def choose() -> None:
        await _ask_for_models(visit, application)

    with card():
        with box("pg-between"):
            card_title = "Models"
            card_head(card_title).style("padding: 0; min-height: 0")
            if may_write:
                button("Change", choose, kind="quiet")
        if application.models is None:
            muted("It may use every model of its team and of the organisation.")
        elif not application.models:
            muted("It may use none.")
        else:
            with box("pg-row"):
                for name in application.models:
                    badge(name)


def _row(subscription: SubscriptionView) -> Row:
    return {
        "id": subscription.id,
        "href": f"{MOUNT_PATH}/services/{subscription.service_id}",
        "name": subscription.service_name,
        "path": subscription.base_path,
        "since": subscription.created_at.isoformat(),
        "actions": [act("end", "End", of=f"the subscription to {subscription.service_name}", tone="bad")],
    }


async def _ask_to_subscribe(visit: Visit, application: Application) -> None:
    services = await visit.ask(callable_services)

    async def add(form: Form) -> None:
        await visit.change(subscribe, form["service_id"] or "", application.id)
        await visit.refresh()

    lead = f"{application.name} may then call it with any of its tokens, at once."
    with form_dialog("Subscribe to a service", lead, "Subscribe", add) as form:
        chosen = choice_field("Service", services, searchable=True)
        search_on_server(chosen, lambda text: visit.ask(callable_services, text))
        form.add("service_id", chosen)


async def _ask_for_models(visit: Visit, application: Application) -> None:
    names = await visit.ask(_model_names)

    async def save(form: Form) -> None:
        chosen = form["models"] or None
        await visit.change(update_application, application.id, ApplicationChange(models=chosen))
        await visit.refresh()

    with form_dialog("Models", "Leave it empty to allow every model.", "Save", save) as form:
        known = sorted({*names, *(application.models or [])})
        form.add(
            "models",
            choice_field("Allowed models", known, value=application.models or [], multiple=True, searchable=True),
        )


def _model_names(actor: Actor, work: Work) -> list[str]:
    return [model.name for model in list_models(actor, work, _ALL).items]
