"""Refresh tokens: rotated, raced for, stolen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from moving_clock import MovingClock
from oauth_clients import MadeClient, code_of, is_live, make_client, redeem, refresh
from passgate.identity.models import BrowserSession, Token, User
from passgate.identity.oauth.flow_tables import OAuthGrant
from passgate.identity.oauth.grants import GRACE
from passgate.identity.schemas import UserChange
from passgate.identity.service.sessions import end_sessions_of
from passgate.identity.service.token_revocation import revoke_token, revoke_user_tokens
from passgate.identity.service.users import update_user
from passgate.kernel.actor import SYSTEM
from passgate.storage.work import Storage

RACERS = 8


@pytest.fixture
def client(storage: Storage) -> MadeClient:
    with storage.writing() as work:
        return make_client(work)


def tokens_of(storage: Storage, client: MadeClient, session: BrowserSession, scope: str = "openid") -> dict[str, str]:
    return dict(redeem(storage, client, code_of(storage, client, session, scope=scope)).body)


def test_each_refresh_gives_the_next_token(storage: Storage, client: MadeClient, session: BrowserSession) -> None:
    first = tokens_of(storage, client, session, "openid email")
    second = refresh(storage, client, first["refresh_token"])
    assert second.status == 200
    assert second.body["refresh_token"] != first["refresh_token"]
    assert second.body["scope"] == "openid email"
    assert refresh(storage, client, second.body["refresh_token"]).status == 200


def test_scopes_can_be_narrowed_and_never_widened(
    storage: Storage, client: MadeClient, session: BrowserSession
) -> None:
    tokens = tokens_of(storage, client, session, "openid email")
    narrowed = refresh(storage, client, tokens["refresh_token"], scope="openid")
    assert narrowed.body["scope"] == "openid"
    widened = refresh(storage, client, narrowed.body["refresh_token"], scope="openid profile")
    assert widened.body["error"] == "invalid_scope"


def test_a_stolen_token_ends_the_family(
    storage: Storage, client: MadeClient, session: BrowserSession, clock: MovingClock
) -> None:
    first = tokens_of(storage, client, session)
    second = refresh(storage, client, first["refresh_token"]).body
    clock.advance(seconds=GRACE.total_seconds())
    assert refresh(storage, client, first["refresh_token"]).body["error"] == "invalid_grant"
    assert refresh(storage, client, second["refresh_token"]).body["error"] == "invalid_grant"
    assert not is_live(storage, second["access_token"])


def test_eight_threads_of_one_client_all_go_on(
    storage: Storage, client: MadeClient, session: BrowserSession, clock: MovingClock
) -> None:
    first = tokens_of(storage, client, session)
    barrier = Barrier(RACERS)

    def race(_: int) -> dict[str, str]:
        barrier.wait()
        return dict(refresh(storage, client, first["refresh_token"]).body)

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(race, range(RACERS)))
    assert all("refresh_token" in answer for answer in answers), answers
    assert len({answer["refresh_token"] for answer in answers}) == RACERS
    with storage.reading() as work:
        assert len(work.session.scalars(select(OAuthGrant)).all()) == 1
    assert refresh(storage, client, answers[3]["refresh_token"]).status == 200
    clock.advance(seconds=GRACE.total_seconds())
    assert refresh(storage, client, first["refresh_token"]).body["error"] == "invalid_grant"
    for answer in answers:
        assert refresh(storage, client, answer["refresh_token"]).body["error"] == "invalid_grant"
        assert not is_live(storage, answer["access_token"])


def test_a_refresh_token_is_of_its_client(storage: Storage, client: MadeClient, session: BrowserSession) -> None:
    tokens = tokens_of(storage, client, session)
    with storage.writing() as work:
        other = make_client(work, name="Other")
    assert refresh(storage, other, tokens["refresh_token"]).body["error"] == "invalid_grant"
    assert refresh(storage, client, tokens["refresh_token"]).status == 200, "the thief has cost the owner nothing"


def test_signing_out_ends_it_unless_access_is_offline(
    storage: Storage, client: MadeClient, session: BrowserSession
) -> None:
    bound = tokens_of(storage, client, session)
    offline = tokens_of(storage, client, session, "openid offline_access")
    with storage.writing() as work:
        end_sessions_of(work, session.user_id)
    assert refresh(storage, client, bound["refresh_token"]).body["error"] == "invalid_grant"
    assert not is_live(storage, bound["access_token"])
    assert refresh(storage, client, offline["refresh_token"]).status == 200


def test_revoking_a_users_tokens_ends_refresh_tokens_too(
    storage: Storage, client: MadeClient, session: BrowserSession, clock: MovingClock
) -> None:
    tokens = tokens_of(storage, client, session, "openid offline_access")
    clock.advance(seconds=7200)  # no access token is alive any more
    with storage.writing() as work:
        revoke_user_tokens(SYSTEM, work, session.user_id, "left")
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"


def test_revoking_one_access_token_ends_what_would_bring_the_next(
    storage: Storage, client: MadeClient, session: BrowserSession
) -> None:
    tokens = tokens_of(storage, client, session)
    with storage.writing() as work:
        jti = work.session.scalars(select(Token.jti)).one()
        revoke_token(SYSTEM, work, jti, "seen on a screen")
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"


def test_an_inactive_user_gets_no_more_tokens(storage: Storage, client: MadeClient, session: BrowserSession) -> None:
    tokens = tokens_of(storage, client, session, "openid offline_access")
    with storage.writing() as work:
        update_user(SYSTEM, work, session.user_id, UserChange(is_active=False))
        assert work.session.get_one(User, session.user_id).is_active is False
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"


def test_a_grant_ends_at_last(
    storage: Storage, client: MadeClient, session: BrowserSession, clock: MovingClock
) -> None:
    tokens = tokens_of(storage, client, session, "openid offline_access")
    clock.advance(seconds=30 * 86_400)
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"
