"""Narrowing: a weaker, shorter token, which dies with the one that it was made of."""

import base64
import json
import threading
from typing import Any

import pytest

from factories import ISSUER, make_actor, make_application, make_team
from identity.presenting import actor_of_token
from moving_clock import MovingClock
from passgate.identity.models import Token
from passgate.identity.schemas import IssuedToken, TokenIn
from passgate.identity.service.revocation import revocations_since
from passgate.identity.service.token_narrowing import MAX_ANCESTORS, narrow_token
from passgate.identity.service.token_revocation import revoke_token
from passgate.identity.service.tokens import issue_token, list_children
from passgate.identity.token_schemas import NarrowIn
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import ConflictError, PassgateError, UnauthenticatedError
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work

LIMITS = {"models": ["gpt", "claude"], "budget": 1000, "rpm": 10}


def claims_of(issued: IssuedToken) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(issued.token.split(".")[1] + "=="))


def first_token(work: Work, **given: Any) -> IssuedToken:
    wanted = {"scopes": ["read", "write"], "limits": LIMITS, "lifetime_seconds": 7200} | given
    return issue_token(SYSTEM, work, ISSUER, TokenIn(name="n", application_id=make_application(work).id, **wanted))


def narrowed(work: Work, of: IssuedToken, **given: Any) -> IssuedToken:
    return narrow_token(work, of.token, ISSUER, NarrowIn(**given))


def test_what_is_not_asked_for_stays_and_the_life_is_an_hour(storage: Storage) -> None:
    with storage.writing() as work:
        parent = first_token(work)
        child = narrowed(work, parent, scopes=["read"], limits={"models": ["gpt"], "rpm": 5})
    before, after = claims_of(parent), claims_of(child)
    assert {name: after[name] for name in ("iss", "sub", "aud", "client_id")} == {
        name: before[name] for name in ("iss", "sub", "aud", "client_id")
    }
    assert (after["scope"], after["models"], after["budget"], after["rpm"]) == ("read", ["gpt"], 1000, 5)
    assert after["parents"] == [{"jti": parent.row.jti, "budget": 1000, "rpm": 10}]
    assert after["rates"].split()[-1] == f"{parent.row.jti}:10"
    assert after["exp"] - after["iat"] == 3600
    assert (child.row.parent_jti, child.row.issued_by) == (parent.row.jti, parent.row.subject)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scopes": ["admin"]}, "scopes"),
        ({"audiences": ["passgate-api"]}, "audiences"),
        ({"limits": {"models": ["gpt", "o3"]}}, "limits.models"),
        ({"limits": {"budget": 1001}}, "limits.budget"),
        ({"limits": {"rpm": 11}}, "limits.rpm"),
        ({"lifetime_seconds": 7201}, "lifetime_seconds"),
    ],
)
def test_nothing_may_be_more_than_before(storage: Storage, given: dict[str, Any], field: str) -> None:
    with storage.writing() as work, pytest.raises(PassgateError) as refused:
        narrowed(work, first_token(work), **given)
    assert refused.value.field == field


def test_a_child_never_outlives_its_parent(storage: Storage, clock: MovingClock) -> None:
    with storage.writing() as work:
        parent = first_token(work, lifetime_seconds=100)
        clock.advance(seconds=40)
        child = narrowed(work, parent)
        assert child.row.expires_at == parent.row.expires_at
        clock.advance(seconds=61)  # within the leeway that verifiers allow
        with pytest.raises(UnauthenticatedError) as refused:
            narrowed(work, parent)
        assert refused.value.code == "token_expired"


def test_services_that_are_not_limited_can_be(storage: Storage) -> None:
    with storage.writing() as work:
        child = narrowed(work, first_token(work), limits={"services": ["svc_1"]})
        assert claims_of(child)["services"] == ["svc_1"]
        with pytest.raises(PassgateError):
            narrowed(work, child, limits={"services": ["svc_1", "svc_2"]})


def test_revoking_the_first_kills_all_generations_and_no_sister(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        parent = first_token(work)
        sister = narrowed(work, parent, name="sister")
        child = narrowed(work, parent, name="child")
        grandchild = narrowed(work, child, name="grandchild")
        revoked = revoke_token(admin, work, child.row.jti, "leaked")
        assert revoked.count == 2
        fallen = {entry.value for entry in revocations_since(work, 0)}
        assert fallen == {child.row.jti, grandchild.row.jti}
        assert claims_of(grandchild)["parents"][-1]["jti"] == parent.row.jti
        assert revoke_token(admin, work, parent.row.jti).count == 2
        for each in (parent, sister, child, grandchild):
            with pytest.raises(UnauthenticatedError) as refused:
                narrowed(work, each)
            assert refused.value.code == "token_revoked"
        assert {row.name for row in list_children(admin, work, parent.row.jti)} == {"sister", "child"}


def test_a_token_is_narrowed_only_so_often(storage: Storage) -> None:
    with storage.writing() as work:
        last = first_token(work)
        for _ in range(MAX_ANCESTORS):
            last = narrowed(work, last)
        with pytest.raises(ConflictError):
            narrowed(work, last)


def test_a_personal_token_is_narrowed_without_growing(storage: Storage) -> None:
    with storage.writing() as work:
        actor = make_actor(work, Role.DEVELOPER, make_team(work))
        whole = issue_token(actor, work, ISSUER, TokenIn(kind="personal", name="whole"))
        child = narrowed(work, whole, scopes=["team:read", "token:read"])
        assert set().union(*actor_of_token(work, child.token, ISSUER).by_team.values()) == {"team:read", "token:read"}
        for scopes in ([], ["key:write"]):
            with pytest.raises(PassgateError):
                narrowed(work, child, scopes=scopes)


def test_neither_nonsense_nor_custom_tokens_are_narrowed(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work)
        given = TokenIn(kind="custom", name="n", application_id=application.id, audiences=["x"], claims={"a": 1})
        custom = issue_token(SYSTEM, work, ISSUER, given)
        for token in ("", "a.b.c", custom.token):
            with pytest.raises(UnauthenticatedError):
                narrow_token(work, token, ISSUER, NarrowIn())


def test_a_child_made_while_its_parent_falls_falls_with_it(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        parent = first_token(work)
        child = narrowed(work, parent)
    made: list[IssuedToken] = []
    refused: list[PassgateError] = []

    def narrow() -> None:
        try:
            with storage.writing() as work:
                made.append(narrowed(work, child))
        except UnauthenticatedError as error:
            refused.append(error)

    threads = [threading.Thread(target=narrow) for _ in range(6)]
    for thread in threads[:3]:
        thread.start()
    with storage.writing() as work:
        revoke_token(admin, work, parent.row.jti)
    for thread in threads[3:]:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) + len(refused) == len(threads)
    with storage.reading() as work:
        for issued in made:
            assert work.session.get(Token, issued.row.jti).revoked_at is not None
