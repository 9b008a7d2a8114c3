"""Who is let in, as whom, with which roles."""

from typing import Any

import pytest
from sqlalchemy import select

from factories import PASSWORD, make_team, make_user
from identity.presenting import actor_of_session
from passgate.identity.issuers.code_flow import Proof
from passgate.identity.issuers.errors import NotAdmittedError, PasswordOffError
from passgate.identity.issuers.models import ExternalIdentity, IdentityProvider
from passgate.identity.issuers.people import sign_in_with
from passgate.identity.models import Membership, User
from passgate.identity.service.sessions import sign_in
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work


def make_provider(work: Work, **changes: Any) -> IdentityProvider:
    fields = {
        "id": work.ids.new("idp"),
        "name": "Company",
        "preset": "generic",
        "issuer": "https://id.example",
        "client_id": "passgate",
        "scopes": ["openid"],
        "endpoints": {},
        "groups_claim": "groups",
        "group_rules": [],
        "domains": [],
        "trust_email": False,
        "create_users": True,
        "link_users": False,
        "password_off": False,
        "is_enabled": True,
        "created_at": work.clock.now(),
        "created_by": "user_admin",
        "keys": [],
    }
    row = IdentityProvider(**{**fields, **changes})
    work.session.add(row)
    work.session.flush()
    return row


def proof(provider: IdentityProvider, subject: str = "s-1", **claims: Any) -> Proof:
    said = {"sub": subject, "email": "Dana@Example.com", "email_verified": True, "name": "Dana", **claims}
    return Proof(provider.id, subject, None, said, "an.id.token")


def enter(storage: Storage, given: Proof) -> User:
    with storage.writing() as work:
        session, secret = sign_in_with(work, given, "10.0.0.1", "a browser")
        assert actor_of_session(work, secret) is not None
        return work.session.get_one(User, session.user_id)


def test_somebody_new_becomes_a_user_without_a_password(storage: Storage) -> None:
    with storage.writing() as work:
        provider = make_provider(work)
    user = enter(storage, proof(provider))
    assert (user.email, user.name, user.is_admin, user.password_hash) == ("dana@example.com", "Dana", False, "!")
    assert enter(storage, proof(provider, email="new@example.com")).id == user.id  # it is the subject that counts
    with storage.writing() as work, pytest.raises(Exception, match="wrong"):
        sign_in(work, user.email, "!", "10.0.0.1", "")


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": None}, {"email": None}, {"email": 1}])
def test_an_address_that_is_not_verified_is_nobodys(storage: Storage, claims: dict[str, Any]) -> None:
    with storage.writing() as work:
        provider = make_provider(work)
    with pytest.raises(NotAdmittedError):
        enter(storage, proof(provider, **claims))
    with storage.reading() as work:
        assert work.session.scalars(select(User)).all() == []


def test_a_trusted_providers_addresses_count(storage: Storage) -> None:
    with storage.writing() as work:
        provider = make_provider(work, trust_email=True)
    assert enter(storage, proof(provider, email_verified=None)).email == "dana@example.com"


def test_existing_users_are_taken_over_by_rule_only(storage: Storage) -> None:
    """Whoever can make an account of any address at a provider must not become the administrator here."""
    with storage.writing() as work:
        known = make_user(work, "dana@example.com", is_admin=True)
        provider = make_provider(work)
    with pytest.raises(NotAdmittedError, match="here already"):
        enter(storage, proof(provider))
    with storage.writing() as work:
        work.session.get_one(IdentityProvider, provider.id).link_users = True
    with pytest.raises(NotAdmittedError):
        enter(storage, proof(provider, email_verified=False))
    assert enter(storage, proof(provider)).id == known.id


@pytest.mark.parametrize(
    ("rules", "text"),
    [({"create_users": False}, "Ask an administrator"), ({"domains": ["other.example"]}, "other.example only")],
)
def test_who_is_not_let_in(storage: Storage, rules: dict[str, Any], text: str) -> None:
    with storage.writing() as work:
        provider = make_provider(work, **rules)
    with pytest.raises(NotAdmittedError, match=text):
        enter(storage, proof(provider))


def test_an_inactive_user_stays_out(storage: Storage) -> None:
    with storage.writing() as work:
        provider = make_provider(work)
    user = enter(storage, proof(provider))
    with storage.writing() as work:
        work.session.get_one(User, user.id).is_active = False
    with pytest.raises(NotAdmittedError, match="not active"):
        enter(storage, proof(provider))


def test_roles_follow_the_groups_at_each_sign_in(storage: Storage) -> None:
    with storage.writing() as work:
        led, by_hand = make_team(work, "Led"), make_team(work, "By hand")
        make_user(work, "root@example.com", is_admin=True)
        rules = [
            {"group": "staff", "role": "viewer", "team_id": led.id},
            {"group": "leads", "role": "owner", "team_id": led.id},
            {"group": "roots", "role": "admin", "team_id": None},
        ]
        provider = make_provider(work, group_rules=rules)

    def roles(groups: object) -> tuple[dict[str, str], bool]:
        user = enter(storage, proof(provider, groups=groups))
        with storage.reading() as work:
            rows = work.session.scalars(select(Membership).where(Membership.user_id == user.id)).all()
            return {row.team_id: row.role for row in rows}, user.is_admin

    assert roles(["staff"]) == ({led.id: "viewer"}, False)
    with storage.writing() as work:
        user_id = work.session.scalars(select(ExternalIdentity.user_id)).one()
        work.session.add(Membership(user_id=user_id, team_id=by_hand.id, role=Role.DEVELOPER))
    assert roles(["staff", "leads", "roots"]) == ({led.id: "owner", by_hand.id: "developer"}, True)
    assert roles("staff") == ({led.id: "viewer", by_hand.id: "developer"}, False)
    assert roles(None) == ({by_hand.id: "developer"}, False)


def test_the_last_administrator_stays_one(storage: Storage) -> None:
    with storage.writing() as work:
        provider = make_provider(work, group_rules=[{"group": "roots", "role": "admin", "team_id": None}])
    assert enter(storage, proof(provider, groups=["roots"])).is_admin
    assert enter(storage, proof(provider, groups=[])).is_admin


def test_passwords_can_be_off_for_the_providers_domains(storage: Storage) -> None:
    with storage.writing() as work:
        make_user(work, "dana@example.com")
        make_user(work, "root@example.com", is_admin=True)
        make_user(work, "dana@elsewhere.example")
        make_provider(work, domains=["example.com"], password_off=True)
    for email in ("dana@example.com", "nobody@example.com"):
        with storage.writing() as work, pytest.raises(PasswordOffError, match="Company"):
            sign_in(work, email, PASSWORD, "10.0.0.1", "")
    for email in ("root@example.com", "dana@elsewhere.example"):
        with storage.writing() as work:
            assert sign_in(work, email, PASSWORD, "10.0.0.1", "")
