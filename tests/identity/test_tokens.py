"""Issuing, listing and revoking tokens."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from factories import ISSUER, make_actor, make_application, make_team, make_token, make_user
from identity.presenting import actor_of_token
from moving_clock import MovingClock
from passgate.identity import token_search
from passgate.identity.models import TokenSum
from passgate.identity.schemas import TokenIn
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.token_purging import purge_tokens
from passgate.identity.service.token_registry import status_of
from passgate.identity.service.token_revocation import revoke_application_tokens, revoke_token
from passgate.identity.service.tokens import get_token, issue_token, list_tokens
from passgate.identity.token_names import names_with
from passgate.identity.token_schemas import TokenFilter
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work

PERSONAL = TokenIn(kind="personal", name="laptop")


def parts_of(token: str) -> list[dict[str, Any]]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def found(actor: Actor, work: Work, **wanted: Any) -> list[str]:
    return [row.name for row in list_tokens(actor, work, PageRequest(), TokenFilter(**wanted)).items]


def test_an_application_token_has_the_claims_of_rfc9068(storage: Storage, clock: MovingClock) -> None:
    with storage.writing() as work:
        application = make_application(work)
        given = TokenIn(name="ci", application_id=application.id, scopes=["ai", "orders.read"], lifetime_days=30)
        issued = issue_token(SYSTEM, work, ISSUER, given)
    header, claims = parts_of(issued.token)
    now = epoch_seconds(clock.now())
    assert header == {"alg": "ES256", "kid": issued.row.kid, "typ": "at+jwt"}
    assert claims == {
        "iss": "https://gate.example",
        "sub": application.id,
        "aud": "passgate",
        "client_id": application.id,
        "jti": issued.row.jti,
        "iat": now,
        "exp": now + 30 * 86_400,
        "scope": "ai orders.read",
    }


def test_a_personal_token_is_for_the_management_api(storage: Storage) -> None:
    with storage.writing() as work:
        actor = make_actor(work, Role.DEVELOPER, make_team(work))
        issued = issue_token(actor, work, ISSUER, PERSONAL)
    _, claims = parts_of(issued.token)
    assert (claims["sub"], claims["aud"], claims["client_id"]) == (actor.id, "passgate-api", "passgate")
    assert "scope" not in claims
    assert (issued.row.user_id, issued.row.team_id, issued.row.kind) == (actor.id, None, "personal")


def test_the_registry_keeps_facts_but_not_the_token(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work)
        issued = make_token(work, application, lifetime_seconds=60)
        row = get_token(SYSTEM, work, issued.row.jti)
        assert (row.subject, row.application_id, row.team_id) == (application.id, application.id, application.team_id)
        assert (row.expires_at - row.issued_at).total_seconds() == 60
        values = json.dumps([str(getattr(row, column.name)) for column in row.__table__.columns])
        assert issued.token.rpartition(".")[2] not in values


@pytest.mark.parametrize(
    ("given", "seconds"),
    [({}, None), ({"lifetime_days": 365}, 365 * 86_400), ({"lifetime_seconds": 1}, 1)],
)
def test_lifetimes(given: dict[str, int], seconds: int) -> None:
    assert TokenIn(name="n", application_id="app_1", **given).seconds == seconds


@pytest.mark.parametrize(
    "given",
    [
        {"lifetime_days": 366},
        {"lifetime_days": 0},
        {"lifetime_seconds": 365 * 86_400 + 1},
        {"lifetime_seconds": 0},
        {"lifetime_days": 1, "lifetime_seconds": 1},
        {"application_id": None},
        {"kind": "personal"},
        {"kind": "refresh"},
        {"scopes": ["two words"]},
        {"scopes": ['quo"te']},
        {"scopes": [""]},
        {"scopes": ["a", "a"]},
        {"scopes": ["x" * 65]},
        {"scopes": [f"s{number}" for number in range(51)]},
        {"name": ""},
        {"sub": "somebody"},
    ],
)
def test_unfit_requests_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TokenIn.model_validate({"name": "n", "application_id": "app_1"} | given)


def test_the_largest_token_is_below_the_verifiers_limit(storage: Storage) -> None:
    with storage.writing() as work:
        scopes = [f"{number:064}" for number in range(50)]
        given = TokenIn(name="n", application_id=make_application(work).id, scopes=scopes)
        assert len(issue_token(SYSTEM, work, ISSUER, given).token) <= 8192


def test_issuing_needs_the_permission_in_the_applications_team(storage: Storage) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        application = make_application(work, ours)
        given = TokenIn(name="n", application_id=application.id)
        assert issue_token(make_actor(work, Role.DEVELOPER, ours), work, ISSUER, given).token
        with pytest.raises(ForbiddenError):
            issue_token(make_actor(work, Role.VIEWER, ours), work, ISSUER, given)
        with pytest.raises(NotFoundError):
            issue_token(make_actor(work, Role.OWNER, theirs), work, ISSUER, given)
        with pytest.raises(NotFoundError):
            issue_token(SYSTEM, work, ISSUER, TokenIn(name="n", application_id="app_none"))


def test_only_users_have_personal_tokens(storage: Storage) -> None:
    with storage.writing() as work, pytest.raises(ForbiddenError) as refused:
        issue_token(SYSTEM, work, ISSUER, PERSONAL)
    assert refused.value.code == "user_needed"


def test_scopes_of_a_personal_token_are_permissions_that_one_has(storage: Storage) -> None:
    with storage.writing() as work:
        actor = make_actor(work, Role.DEVELOPER, make_team(work))
        with pytest.raises(InvalidInputError) as unknown:
            issue_token(actor, work, ISSUER, TokenIn(kind="personal", name="n", scopes=["everything"]))
        with pytest.raises(ForbiddenError) as beyond:
            issue_token(actor, work, ISSUER, TokenIn(kind="personal", name="n", scopes=["key:write"]))
    assert (unknown.value.code, beyond.value.code) == ("scope_unknown", "scope_beyond")


def test_a_narrowed_token_hands_on_no_more_than_it_holds(storage: Storage) -> None:
    with storage.writing() as work:
        user = make_user(work, is_admin=True)
        scopes = ["token:issue", "team:read"]
        given = TokenIn(kind="personal", name="narrow", scopes=scopes)
        narrow = issue_token(actor_of_user(work, user), work, ISSUER, given)
        holder = actor_of_token(work, narrow.token, ISSUER)
        child = issue_token(holder, work, ISSUER, PERSONAL)
        assert sorted(child.row.scopes) == sorted(scopes)
        assert actor_of_token(work, child.token, ISSUER).everywhere == holder.everywhere
        with pytest.raises(ForbiddenError):
            issue_token(holder, work, ISSUER, TokenIn(kind="personal", name="n", scopes=["key:write"]))


def test_lists_show_the_own_teams_and_the_own_tokens(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        developer = make_actor(work, Role.DEVELOPER, ours)
        make_token(work, make_application(work, ours), "ours")
        make_token(work, make_application(work, theirs), "theirs")
        issue_token(developer, work, ISSUER, PERSONAL)
        issue_token(make_actor(work, Role.OWNER, ours), work, ISSUER, TokenIn(kind="personal", name="the boss's"))
        assert found(developer, work) == ["laptop", "ours"]
        assert found(admin, work) == ["the boss's", "laptop", "theirs", "ours"]


def test_lists_are_filtered_by_application_status_and_name(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        make_token(work, make_application(work, make_team(work, "Other")), "elsewhere")
        make_token(work, application, "short", lifetime_seconds=10)
        revoked = make_token(work, application, "revoked")
        lasting = make_token(work, application, "lasting")
        revoke_token(admin, work, revoked.row.jti)
        clock.advance(seconds=10)
        by_status = {
            status: found(admin, work, application_id=application.id, status=status)
            for status in ("active", "expired", "revoked")
        }
        assert by_status == {"active": ["lasting"], "expired": ["short"], "revoked": ["revoked"]}
        assert found(admin, work, search="LAST") == ["lasting"]
        assert found(admin, work, search=lasting.row.jti) == ["lasting"]
        assert found(admin, work, search="%") == []


def test_a_part_of_a_name_is_found_among_many_newer_tokens(
    storage: Storage, clock: MovingClock, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_search, "FIRST_LOOK", 1)
    with storage.writing() as work:
        application = make_application(work)
        for name in ("Straße 7", "zq", "50%_off", "ci", "ci"):
            make_token(work, application, name, lifetime_seconds=10)
        for number in range(3):
            make_token(work, application, f"newer {number}")
    with storage.reading() as work:
        found_by = {text: found(admin, work, search=text) for text in ("STRASS", "7", "zq", "0%_", "_", "CI", "q", "x")}
    assert found_by == {
        "STRASS": ["Straße 7"],
        "7": ["Straße 7"],
        "zq": ["zq"],
        "0%_": ["50%_off"],
        "_": ["50%_off"],
        "CI": ["ci", "ci"],
        "q": ["zq"],
        "x": [],
    }
    clock.advance(days=2)
    with storage.writing() as work:
        make_token(work, application, "zq")
        assert purge_tokens(work, clock.now() - timedelta(days=1)) == 8
    with storage.reading() as work:
        assert found(admin, work, search="zq") == ["zq"]
        assert names_with(work, "zq") == ["zq"]
        assert names_with(work, "newer") == []


def test_the_costliest_come_first(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        made = {name: make_token(work, application, name).row.jti for name in ("idle", "cheap", "dear", "as dear")}
        for name, cost in (("cheap", 5), ("dear", 700), ("as dear", 700), ("idle", 0)):
            work.session.add(TokenSum(jti=made[name], calls=3, cost=cost))
        revoke_token(admin, work, made["cheap"])
    with storage.reading() as work:
        first = list_tokens(admin, work, PageRequest(limit=2), TokenFilter(order="cost"))
        rest = list_tokens(admin, work, PageRequest(limit=2, after=first.next_cursor), TokenFilter(order="cost"))
        assert [(row.name, row.cost, row.calls) for row in first.items] == [("as dear", 700, 3), ("dear", 700, 3)]
        assert ([row.name for row in rest.items], rest.next_cursor) == (["cheap"], None)
        assert found(admin, work, order="cost", status="revoked") == ["cheap"]
        with pytest.raises(InvalidInputError):
            list_tokens(admin, work, PageRequest(after="x.y"), TokenFilter(order="cost"))


def test_what_expired_long_ago_is_purged(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        gone = make_token(work, application, "gone", lifetime_seconds=10)
        make_token(work, application, "stays", lifetime_seconds=100)
        work.session.add(TokenSum(jti=gone.row.jti, calls=3, cost=1))
    clock.advance(seconds=60)
    with storage.writing() as work:
        assert [purge_tokens(work, clock.now(), batch=1) for _ in range(2)] == [1, 0]
    with storage.reading() as work:
        assert found(admin, work) == ["stays"]
        assert work.session.get(TokenSum, gone.row.jti) is None


def test_revocation_is_listed_and_marked(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        issued = make_token(work, make_application(work))
        revoked = revoke_token(admin, work, issued.row.jti, "leaked")
        assert (revoked.count, revoked.seq) == (1, 1)
        row = get_token(admin, work, issued.row.jti)
        assert status_of(row, clock.now()) == "revoked"
        assert (row.revoked_at, row.revoked_by, row.revoked_reason) == (clock.now(), admin.id, "leaked")


def test_revoking_twice_or_after_expiry_changes_nothing(storage: Storage, clock: MovingClock, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        first, short = make_token(work, application), make_token(work, application, lifetime_seconds=1)
        revoke_token(admin, work, first.row.jti, "leaked")
        clock.advance(seconds=1)
        for jti in (first.row.jti, short.row.jti):
            again = revoke_token(admin, work, jti, "again")
            assert (again.count, again.seq) == (0, 1)
        assert get_token(admin, work, first.row.jti).revoked_reason == "leaked"


def test_revoking_needs_the_permission_in_the_team_or_ones_own_token(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        ours, theirs = make_team(work, "Ours"), make_team(work, "Theirs")
        developer, viewer = make_actor(work, Role.DEVELOPER, ours), make_actor(work, Role.VIEWER, ours)
        owner = make_actor(work, Role.OWNER, ours)
        of_team, of_others = (
            make_token(work, make_application(work, ours)),
            make_token(work, make_application(work, theirs)),
        )
        personal = issue_token(developer, work, ISSUER, PERSONAL)
        with pytest.raises(ForbiddenError):
            revoke_token(viewer, work, of_team.row.jti)
        with pytest.raises(NotFoundError):
            revoke_token(owner, work, of_others.row.jti)
        with pytest.raises(NotFoundError):
            revoke_token(owner, work, personal.row.jti)
        with pytest.raises(NotFoundError):
            revoke_token(admin, work, "tok_none")
        assert revoke_token(developer, work, of_team.row.jti).count == 1
        assert revoke_token(developer, work, personal.row.jti).count == 1


def test_an_administrator_revokes_anyones_personal_token(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        personal = issue_token(make_actor(work, Role.DEVELOPER, make_team(work)), work, ISSUER, PERSONAL)
        assert revoke_token(admin, work, personal.row.jti).count == 1


def test_revoking_all_of_an_application_spares_the_others(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
        application = make_application(work, team)
        make_token(work, application, "one")
        make_token(work, application, "two")
        make_token(work, make_application(work, team, "Other"), "other")
        revoked = revoke_application_tokens(admin, work, application.id, "leaked")
        assert revoked.count == 2
        assert found(admin, work, status="active") == ["other"]
        with pytest.raises(ForbiddenError):
            revoke_application_tokens(make_actor(work, Role.VIEWER, team), work, application.id)
        with pytest.raises(NotFoundError):
            revoke_application_tokens(admin, work, "app_none")
