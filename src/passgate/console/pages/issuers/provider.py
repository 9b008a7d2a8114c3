"""One identity provider: what to enter there, and its rules here."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier, snippet
from passgate.console.components.facts import facts
from passgate.console.components.moment import moment_or
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box, muted
from passgate.console.edge import MOUNT_PATH
from passgate.console.entrance.external import back_channel_address, callback_address
from passgate.console.entrance.routes import SIGN_IN
from passgate.console.formatting import counted
from passgate.console.pages.issuers.looking import keep, tried
from passgate.console.pages.issuers.new_provider import ask_to_change_provider
from passgate.console.pages.issuers.rows import rules_text
from passgate.console.pages.teams_of import team_names
from passgate.console.visit import Visit
from passgate.identity.issuers.presets import preset_of
from passgate.identity.issuers.providers import (
    delete_identity_provider,
    get_identity_provider,
    provider_to_check,
    update_identity_provider,
)
from passgate.identity.issuers.schemas import IdentityProviderChange, IdentityProviderView
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class _Found:
    provider: IdentityProviderView
    teams: dict[str, str]
    may_write: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["identity_provider_id"])
    provider = found.provider
    with page_header(provider.name, preset_of(provider.preset).note, trail=[("Issuers", f"{MOUNT_PATH}/issuers")]):
        if found.may_write:
            _actions(visit, provider)
    if provider.problem:
        with banner("It could not be reached of late", provider.problem, tone="warn"):
            pass
    with box("pg-main-aside"):
        with box("pg-stack"):
            _to_enter(visit.console.public_url, provider)
            _rules(found)
        _about(provider)


def _find(actor: Actor, work: Work, provider_id: str) -> _Found:
    provider = get_identity_provider(actor, work, provider_id)
    return _Found(provider, team_names(actor, work), actor.may(Permission.ISSUER_WRITE))


def _actions(visit: Visit, provider: IdentityProviderView) -> None:
    async def check() -> None:
        followed = await visit.ask(provider_to_check, provider.id)
        seen = await tried(followed)
        await visit.change(keep, followed, seen)
        visit.tell(seen.problem or "It answers, and its keys are up to date.", "bad" if seen.problem else "good")
        await visit.refresh()

    async def switch() -> None:
        change = IdentityProviderChange(is_enabled=not provider.is_enabled)
        await visit.change(update_identity_provider, provider.id, change)
        await visit.refresh()

    async def delete() -> None:
        await visit.change(delete_identity_provider, provider.id)
        visit.tell(f"{provider.name} is removed.")
        visit.go("/issuers")

    button("Check", check, icon="bolt")
    button("Edit", lambda: ask_to_change_provider(visit, provider), icon="edit")
    button("Switch off" if provider.is_enabled else "Switch on", switch, icon="ban" if provider.is_enabled else "check")
    text = f"{counted(provider.user_count, 'user')} signed in with it. They stay users, and sign in in another way."
    button("Delete", lambda: confirm(f"Delete “{provider.name}”?", text, "Delete provider", delete), icon="trash")


def _to_enter(public_url: str, provider: IdentityProviderView) -> None:
    with card("To enter at the provider"):
        muted("The redirect URI, where it sends people back to:")
        snippet(callback_address(public_url, provider.id), "bash")
        muted("Where it tells of sign-outs (back-channel logout):")
        snippet(back_channel_address(public_url, provider.id), "bash")
        muted("Where it may send people after a sign-out:")
        snippet(public_url + SIGN_IN, "bash")


def _rules(found: _Found) -> None:
    provider = found.provider
    with card("Who is let in, and as what"):
        facts(
            [
                ("E-mail domains", ", ".join(provider.domains) or "all"),
                ("Newcomers", "become users" if provider.create_users else "are refused"),
                ("Existing users", "by verified e-mail" if provider.link_users else "not by e-mail"),
                ("E-mail addresses", "trusted" if provider.trust_email else "must be verified there"),
                ("Passwords", "off for its domains" if provider.password_off else "still work"),
                ("Groups stand in", lambda: Words(provider.groups_claim, "code")),
            ]
        )
        if provider.group_rules:
            snippet(rules_text(provider.group_rules, found.teams), "bash")


def _about(provider: IdentityProviderView) -> None:
    with card("About"):
        facts(
            [
                ("Id", lambda: identifier(provider.id)),
                ("Issuer", lambda: Words(provider.issuer, "code")),
                ("Client id", lambda: Words(provider.client_id, "code")),
                ("Client secret", "stored, sealed" if provider.has_client_secret else "none (PKCE alone)"),
                ("Scopes", " ".join(provider.scopes)),
                ("Users", str(provider.user_count)),
                ("Signing out", "ends both sessions" if provider.ends_sessions else "ends the session here only"),
                ("Keys fetched", moment_or(provider.keys_at, "never")),
            ]
        )
