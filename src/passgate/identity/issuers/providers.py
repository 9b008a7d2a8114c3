"""Identity providers: who may sign people in, and as what."""

from typing import cast

from sqlalchemy import func, select

from passgate.identity.issuers.discovery import Endpoints
from passgate.identity.issuers.following import Followed, Seen, followed_provider, take
from passgate.identity.issuers.models import ExternalIdentity, IdentityProvider
from passgate.identity.issuers.presets import preset_of
from passgate.identity.issuers.schemas import (
    GroupRule,
    IdentityProviderChange,
    IdentityProviderIn,
    IdentityProviderView,
    SignInChoice,
)
from passgate.identity.models import Team
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def sign_in_choices(work: Work) -> list[SignInChoice]:
    """What the sign-in page offers, to anybody."""
    query = select(IdentityProvider).where(IdentityProvider.is_enabled).order_by(IdentityProvider.created_at)
    return [SignInChoice(row.id, row.name, row.preset) for row in work.session.scalars(query)]


def list_identity_providers(actor: Actor, work: Work) -> list[IdentityProviderView]:
    """All providers, the oldest first.

    Raises:
        ForbiddenError: without the permission issuer:read.
    """
    actor.require(Permission.ISSUER_READ)
    rows = work.session.scalars(select(IdentityProvider).order_by(IdentityProvider.created_at)).all()
    return [_view(work, row) for row in rows]


def get_identity_provider(actor: Actor, work: Work, provider_id: str) -> IdentityProviderView:
    """One provider.

    Raises:
        ForbiddenError: without the permission issuer:read.
        NotFoundError: no such provider.
    """
    actor.require(Permission.ISSUER_READ)
    return _view(work, _row(work, provider_id))


def asked_provider(actor: Actor, given: IdentityProviderIn) -> Followed:
    """What to look at before :func:`create_identity_provider`.

    Raises:
        ForbiddenError: without the permission issuer:write.
    """
    actor.require(Permission.ISSUER_WRITE)
    return Followed(IdentityProvider, "", given.issuer, None, ())


def create_identity_provider(actor: Actor, work: Work, given: IdentityProviderIn, seen: Seen) -> IdentityProviderView:
    """Add a provider that was looked at; its secret is sealed at once.

    Raises:
        ForbiddenError: without the permission issuer:write.
        InvalidInputError: a team that does not exist, or a provider that signs nobody in.
        ConflictError: another provider has the name.
    """
    actor.require(Permission.ISSUER_WRITE)
    endpoints = cast("Endpoints", seen.endpoints)
    if not endpoints.authorization or not endpoints.token:
        raise InvalidInputError("This issuer has no endpoints to sign in at.", field="issuer")
    _check_teams(work, given.group_rules)
    preset = preset_of(given.preset)
    row = IdentityProvider(
        id=work.ids.new("idp"),
        name=given.name,
        preset=given.preset,
        issuer=endpoints.issuer,
        client_id=given.client_id,
        sealed_client_secret=work.vault.seal(given.client_secret.get_secret_value()) if given.client_secret else None,
        scopes=_scopes(given.scopes or list(preset.scopes)),
        groups_claim=given.groups_claim or preset.groups_claim,
        group_rules=_stored(given.group_rules),
        domains=given.domains,
        trust_email=given.trust_email,
        create_users=given.create_users,
        link_users=given.link_users,
        password_off=given.password_off,
        is_enabled=given.is_enabled,
        created_at=work.clock.now(),
        created_by=actor.id,
        keys=[],
        endpoints={},
    )
    take(work, row, seen)
    with refusing(work, _name_taken()):
        work.session.add(row)
    return _view(work, row)


def update_identity_provider(
    actor: Actor, work: Work, provider_id: str, change: IdentityProviderChange
) -> IdentityProviderView:
    """Change what the change names. The issuer stays, since its people are known by it.

    Raises:
        ForbiddenError: without the permission issuer:write.
        NotFoundError: no such provider.
        InvalidInputError: a team that does not exist, or a rule that misses its domains.
        ConflictError: another provider has the name.
    """
    actor.require(Permission.ISSUER_WRITE)
    row = _row(work, provider_id)
    named = change.model_fields_set
    if change.group_rules is not None:
        _check_teams(work, change.group_rules)
        row.group_rules = _stored(change.group_rules)
    if "client_secret" in named:
        row.sealed_client_secret = (
            work.vault.seal(change.client_secret.get_secret_value()) if change.client_secret else None
        )
    if change.scopes is not None:
        row.scopes = _scopes(change.scopes)
    plain = ("client_id", "groups_claim", "domains", "trust_email", "create_users", "link_users", "password_off")
    with refusing(work, _name_taken()):
        for name in ("name", "is_enabled", *plain):
            value = getattr(change, name)
            if value is not None:
                setattr(row, name, value)
    if row.password_off and not row.domains:
        raise InvalidInputError("password_off needs the domains that it is for.", field="domains")
    if row.preset == "google" and not row.domains:
        raise InvalidInputError("Anyone can have a Google account: name the domains that may sign in.", field="domains")
    return _view(work, row)


def delete_identity_provider(actor: Actor, work: Work, provider_id: str) -> None:
    """Remove a provider; its people stay users, with what they have, and sign in in another way.

    Raises:
        ForbiddenError: without the permission issuer:write.
        NotFoundError: no such provider.
    """
    actor.require(Permission.ISSUER_WRITE)
    work.session.delete(_row(work, provider_id))


def provider_to_check(actor: Actor, work: Work, provider_id: str) -> Followed:
    """What to look at again, by hand.

    Raises:
        ForbiddenError: without the permission issuer:write.
        NotFoundError: no such provider.
    """
    actor.require(Permission.ISSUER_WRITE)
    return followed_provider(_row(work, provider_id))


def _row(work: Work, provider_id: str) -> IdentityProvider:
    row = work.session.get(IdentityProvider, provider_id)
    if row is None:
        raise NotFoundError("No such identity provider.")
    return row


def _scopes(given: list[str]) -> list[str]:
    return list(dict.fromkeys(["openid", *given]))


def _stored(rules: list[GroupRule]) -> list[dict[str, object]]:
    return [rule.model_dump(mode="json") for rule in rules]


def _check_teams(work: Work, rules: list[GroupRule]) -> None:
    for position, rule in enumerate(rules):
        if rule.team_id is not None and work.session.get(Team, rule.team_id) is None:
            raise InvalidInputError("No such team.", field=f"group_rules.{position}.team_id")


def _name_taken() -> ConflictError:
    return ConflictError("An identity provider has this name already.", code="name_taken", field="name")


def _view(work: Work, row: IdentityProvider) -> IdentityProviderView:
    users = select(func.count()).select_from(ExternalIdentity).where(ExternalIdentity.provider_id == row.id)
    names = IdentityProviderView.model_fields.keys() - {"has_client_secret", "ends_sessions", "user_count"}
    return IdentityProviderView.model_validate(
        {
            **{name: getattr(row, name) for name in names},
            "has_client_secret": row.sealed_client_secret is not None,
            "ends_sessions": bool(row.endpoints.get("end_session")),
            "user_count": work.session.scalar(users) or 0,
        }
    )
