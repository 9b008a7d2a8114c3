"""What a person agreed to, looked at and withdrawn; and what a leaver's refresh tokens are worth."""

from collections.abc import Callable

import pytest

from factories import make_actor, make_team
from oauth_clients import MadeClient, code_of, is_live, make_client, redeem, refresh
from passgate.identity.models import BrowserSession, User
from passgate.identity.oauth.consents import list_consents, withdraw_consent
from passgate.identity.service.actors import actor_of_user
from passgate.identity.service.token_revocation import (
    revoke_application_tokens,
    revoke_issued_before,
    revoke_session_tokens,
    revoke_team_tokens,
    revoke_user_tokens,
)
from passgate.kernel.actor import SYSTEM, Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.permissions import Role
from passgate.storage.work import Storage, Work


@pytest.fixture
def client(storage: Storage) -> MadeClient:
    with storage.writing() as work:
        return make_client(work)


def person_of(work: Work, session: BrowserSession) -> Actor:
    return actor_of_user(work, work.session.get_one(User, session.user_id))


def test_what_was_agreed_to_is_listed_and_withdrawn(
    storage: Storage, client: MadeClient, session: BrowserSession
) -> None:
    tokens = redeem(storage, client, code_of(storage, client, session, scope="openid email")).body
    with storage.writing() as work:
        person = person_of(work, session)
        [found] = list_consents(person, work)
        assert (found.client_id, found.name, found.is_in_use) == (client.id, "Shop", True)
        assert found.scopes == ["email", "openid"]
        withdraw_consent(person, work, client.id)
        assert list_consents(person, work) == []
        with pytest.raises(NotFoundError):
            withdraw_consent(person, work, client.id)
    assert not is_live(storage, tokens["access_token"])
    assert refresh(storage, client, tokens["refresh_token"]).status == 400


def test_others_consents_need_the_permission(storage: Storage, client: MadeClient, session: BrowserSession) -> None:
    code_of(storage, client, session)
    with storage.writing() as work:
        developer = make_actor(work, Role.DEVELOPER, make_team(work))
        assert list_consents(developer, work) == []
        with pytest.raises(ForbiddenError):
            list_consents(developer, work, session.user_id)
        with pytest.raises(ForbiddenError):
            withdraw_consent(developer, work, client.id, session.user_id)
        assert [view.client_id for view in list_consents(SYSTEM, work, session.user_id)] == [client.id]


REVOCATIONS: dict[str, Callable[[Work, MadeClient, BrowserSession], object]] = {
    "user": lambda work, _, session: revoke_user_tokens(SYSTEM, work, session.user_id),
    "application": lambda work, client, _: revoke_application_tokens(SYSTEM, work, client.id),
    "team": lambda work, client, _: revoke_team_tokens(SYSTEM, work, client.application.team_id),
    "session": lambda work, _, session: revoke_session_tokens(SYSTEM, work, session.id),
    "everything": lambda work, *_: revoke_issued_before(SYSTEM, work, work.clock.now()),
}


@pytest.mark.parametrize("level", REVOCATIONS)
def test_revoking_all_leaves_no_refresh_token_that_brings_new_ones(
    storage: Storage, client: MadeClient, session: BrowserSession, level: str
) -> None:
    tokens = redeem(storage, client, code_of(storage, client, session)).body
    storage.clock.advance(seconds=2)  # type: ignore[attr-defined]  # the tests' clock
    with storage.writing() as work:
        REVOCATIONS[level](work, client, session)
    assert not is_live(storage, tokens["access_token"])
    assert refresh(storage, client, tokens["refresh_token"]).body["error"] == "invalid_grant"
