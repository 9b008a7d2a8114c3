"""One provider: its connection, and its models to switch on."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.catalog.schemas import KeyView, ProviderChange, ProviderView
from passgate.catalog.service.connection import record_test, test_provider
from passgate.catalog.service.keys import list_keys
from passgate.catalog.service.providers import delete_provider, get_provider, update_provider
from passgate.console.components.badge import badge
from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier
from passgate.console.components.facts import facts
from passgate.console.components.moment import Moment, moment_or
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import counted
from passgate.console.pages.providers.edit import ask_for_pass_through, ask_to_change
from passgate.console.pages.providers.keys import key_pool
from passgate.console.pages.providers.models import Offer
from passgate.console.visit import Visit
from passgate.gateway.routing_health import provider_health
from passgate.gateway.schemas import ProviderHealth
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class _Found:
    provider: ProviderView
    may_write: bool
    may_switch: bool
    keys: list[KeyView]
    health: ProviderHealth


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["provider_id"])
    provider = found.provider
    with page_header(provider.name, provider.vendor_name, trail=[("Providers", f"{MOUNT_PATH}/providers")]):
        if found.may_write:
            _actions(visit, provider)
    if provider.last_test_ok is False:
        with banner("The last connection test failed", provider.last_test_message or "", tone="bad"):
            pass
    with box("pg-main-aside"):
        with box("pg-stack"):
            key_pool(visit, provider, found.keys, found.health, may_write=found.may_write)
            offer = Offer(visit, provider, may_switch=found.may_switch)
        _about(provider)
    await offer.load()


def _find(actor: Actor, work: Work, provider_id: str) -> _Found:
    provider = get_provider(actor, work, provider_id)
    return _Found(
        provider=provider,
        may_write=actor.may(Permission.PROVIDER_WRITE, provider.team_id),
        may_switch=actor.may(Permission.MODEL_WRITE, provider.team_id),
        keys=list_keys(actor, work, provider_id),
        health=provider_health(actor, work, provider_id),
    )


def _actions(visit: Visit, provider: ProviderView) -> None:
    async def test() -> None:
        pressed.props("loading")
        try:
            result = await visit.ask(test_provider, provider.id)
            await visit.change(record_test, provider.id, result)
        finally:
            pressed.props(remove="loading")
        visit.tell(result.message, "good" if result.ok else "bad")
        await visit.refresh()

    async def set_enabled(*, enabled: bool) -> None:
        await visit.change(update_provider, provider.id, ProviderChange(is_enabled=enabled))
        await visit.refresh()

    async def delete() -> None:
        await visit.change(delete_provider, provider.id, cascade=True)
        visit.tell(f"{provider.name} is deleted.")
        visit.go("/providers")

    pressed = button("Test connection", test, icon="bolt")
    button("Edit", lambda: ask_to_change(visit, provider), icon="edit")
    button("Pass-through", lambda: ask_for_pass_through(visit, provider), icon="link")
    if provider.is_enabled:
        button("Switch off", lambda: set_enabled(enabled=False), icon="ban")
    else:
        button("Switch on", lambda: set_enabled(enabled=True), icon="check")
    models = counted(provider.model_count, "model")
    button(
        "Delete",
        lambda: confirm(
            f"Delete “{provider.name}”?",
            f"It answers for {models}. Those that no other provider answers for are removed as well.",
            "Delete provider",
            delete,
        ),
        icon="trash",
    )


def _about(provider: ProviderView) -> None:
    with card("About"):
        facts(
            [
                ("Connection", lambda: _connection(provider)),
                ("Id", lambda: identifier(provider.id)),
                ("Base URL", lambda: Words(provider.base_url, "code")),
                ("API key", "stored, sealed" if provider.has_api_key else "none"),
                ("Format", provider.dialect),
                ("Pass-through", lambda: _pass_through(provider)),
                ("Last tested", moment_or(provider.last_test_at, "never")),
                ("Added", lambda: Moment(provider.created_at, "date")),
            ]
        )


def _pass_through(provider: ProviderView) -> None:
    if provider.pass_through:
        badge(counted(len(provider.pass_through_applications), "application"), "good", dot=True)
    else:
        badge("Off", "plain", dot=True)


def _connection(provider: ProviderView) -> None:
    if not provider.is_enabled:
        badge("Switched off", "plain", dot=True)
    elif provider.last_test_ok is None:
        badge("Not tested", "plain", dot=True)
    elif provider.last_test_ok:
        badge("Connected", "good", dot=True)
    else:
        badge("Failing", "bad", dot=True)
