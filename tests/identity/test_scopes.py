"""Scopes and application roles: what stands in tokens, and who may say so."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from factories import ISSUER, make_actor, make_application, make_team
from passgate.identity.models import Application
from passgate.identity.role_schemas import ScopeChange, ScopeIn
from passgate.identity.schemas import TokenIn
from passgate.identity.service.scopes import (
    create_scope,
    delete_scope,
    grant_scope,
    list_scopes,
    revoke_scope,
    set_application_roles,
    update_scope,
)
from passgate.identity.service.tokens import issue_token
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work


def claims(work: Work, application: Application, *scopes: str) -> dict[str, Any]:
    given = TokenIn(name="t", application_id=application.id, scopes=list(scopes))
    body = issue_token(SYSTEM, work, ISSUER, given).token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_a_catalogued_scope_takes_a_grant_for_another_team(storage: Storage) -> None:
    with storage.writing() as work:
        orders, shop = make_team(work, "Orders"), make_team(work, "Shop")
        owner = make_actor(work, Role.OWNER, orders)
        own, other = make_application(work, orders, "own"), make_application(work, shop, "other")
        assert claims(work, other, "orders:read")["scope"] == "orders:read"
        scope = create_scope(owner, work, ScopeIn(team_id=orders.id, name="orders:read", description="Read"))
        assert claims(work, own, "orders:read")["scope"] == "orders:read"
        with pytest.raises(ForbiddenError) as refused:
            claims(work, other, "orders:read", "free")
        assert (refused.value.code, refused.value.field) == ("scope_not_granted", "scopes")
        grant_scope(owner, work, scope.id, other.id)
        assert claims(work, other, "orders:read", "free")["scope"] == "orders:read free"
        assert list_scopes(make_actor(work, Role.VIEWER, shop), work)[0].granted_to == [other.id]
        revoke_scope(owner, work, scope.id, other.id)
        with pytest.raises(ForbiddenError):
            claims(work, other, "orders:read")
        delete_scope(owner, work, scope.id)
        assert claims(work, other, "orders:read")["scope"] == "orders:read"


def test_a_scope_of_another_audience_is_refused(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        given = ScopeIn(team_id=application.team_id, name="billing:write", audience="billing")
        scope = create_scope(admin, work, given)
        with pytest.raises(InvalidInputError) as refused:
            claims(work, application, "billing:write")
        assert refused.value.code == "scope_audience"
        update_scope(admin, work, scope.id, ScopeChange(audience="passgate"))
        assert claims(work, application, "billing:write")["scope"] == "billing:write"


def test_only_the_scopes_own_team_changes_and_grants_it(storage: Storage) -> None:
    with storage.writing() as work:
        orders, shop = make_team(work, "Orders"), make_team(work, "Shop")
        owner, stranger = make_actor(work, Role.OWNER, orders), make_actor(work, Role.OWNER, shop)
        developer = make_actor(work, Role.DEVELOPER, orders)
        application = make_application(work, shop)
        scope = create_scope(owner, work, ScopeIn(team_id=orders.id, name="orders:read"))
        with pytest.raises(NotFoundError):
            grant_scope(stranger, work, scope.id, application.id)
        with pytest.raises(ForbiddenError):
            delete_scope(developer, work, scope.id)
        with pytest.raises(NotFoundError):
            create_scope(stranger, work, ScopeIn(team_id=orders.id, name="x"))
        with pytest.raises(ConflictError):
            create_scope(stranger, work, ScopeIn(team_id=shop.id, name="orders:read"))


def test_application_roles_stand_in_the_next_token_and_take_a_permission_over_everything(
    storage: Storage, admin: Actor
) -> None:
    with storage.writing() as work:
        application = make_application(work)
        assert "roles" not in claims(work, application)
        set_application_roles(admin, work, application.id, ["billing", "auditor"])
        assert claims(work, application)["roles"] == ["auditor", "billing"]
        set_application_roles(admin, work, application.id, ["billing"])
        assert claims(work, application)["roles"] == ["billing"]
        team = make_team(work, "Other")
        with pytest.raises(ForbiddenError):
            set_application_roles(make_actor(work, Role.OWNER, team), work, application.id, [])
