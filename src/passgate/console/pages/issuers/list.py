"""All issuers: who signs people in, and whose tokens pass the gate."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.empty import empty
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Table
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.issuers.new_provider import ask_for_provider
from passgate.console.pages.issuers.new_trusted import ask_for_issuer
from passgate.console.pages.issuers.rows import state_tag
from passgate.console.visit import Visit
from passgate.identity.issuers.presets import preset_of
from passgate.identity.issuers.providers import list_identity_providers
from passgate.identity.issuers.schemas import IdentityProviderView, TrustedIssuerView
from passgate.identity.issuers.trusted import list_trusted_issuers
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_PROVIDERS = (
    Column("name", "Name", "main"),
    Column("state", "State", "badge"),
    Column("issuer", "Issuer", "code"),
    Column("users", "Users", "number"),
    Column("keys", "Keys fetched", "relative"),
)
_TRUSTED = (
    Column("name", "Name", "main"),
    Column("state", "State", "badge"),
    Column("issuer", "Issuer", "code"),
    Column("audience", "Audience", "code"),
    Column("keys", "Keys fetched", "relative"),
)


@dataclass(frozen=True, slots=True)
class _Found:
    providers: list[IdentityProviderView]
    trusted: list[TrustedIssuerView]
    may_write: bool


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find)
    page_header("Issuers", "Issuers of others: who signs people in here, and whose tokens pass the gate besides ours.")
    with card(flush=True):
        with card_head("Identity providers", "People sign in to the console with their company's account."):
            if found.may_write:
                button("Add provider", lambda: ask_for_provider(visit), icon="plus")
        _providers(found.providers)
    with card(flush=True):
        with card_head("Trusted issuers", "Their tokens pass the gate as calls of an application of yours."):
            if found.may_write:
                button("Trust an issuer", lambda: ask_for_issuer(visit), icon="plus")
        _trusted(found.trusted)


def _find(actor: Actor, work: Work) -> _Found:
    return _Found(
        list_identity_providers(actor, work), list_trusted_issuers(actor, work), actor.may(Permission.ISSUER_WRITE)
    )


def _providers(providers: list[IdentityProviderView]) -> None:
    if not providers:
        empty(
            "user",
            "No identity providers yet",
            "Add Google, Microsoft Entra, Okta, Keycloak, GitLab, or any other OpenID provider. Its button then stands "
            "on the sign-in page.",
        )
        return
    rows = [
        {
            "id": one.id,
            "href": f"{MOUNT_PATH}/issuers/providers/{one.id}",
            "name": one.name,
            "sub": preset_of(one.preset).name,
            "state": state_tag(is_enabled=one.is_enabled, problem=one.problem),
            "issuer": one.issuer,
            "users": one.user_count,
            "keys": one.keys_at.isoformat() if one.keys_at else None,
        }
        for one in providers
    ]
    Table(_PROVIDERS, rows, label="Identity providers")


def _trusted(issuers: list[TrustedIssuerView]) -> None:
    if not issuers:
        empty(
            "key",
            "No trusted issuers yet",
            "Trust your company's identity provider, and services call the gate with the tokens they have already.",
        )
        return
    rows = [
        {
            "id": one.id,
            "href": f"{MOUNT_PATH}/issuers/trusted/{one.id}",
            "name": one.name,
            "state": state_tag(is_enabled=one.is_enabled, problem=one.problem),
            "issuer": one.issuer,
            "audience": ", ".join(one.audiences),
            "keys": one.keys_at.isoformat() if one.keys_at else None,
        }
        for one in issuers
    ]
    Table(_TRUSTED, rows, label="Trusted issuers")
