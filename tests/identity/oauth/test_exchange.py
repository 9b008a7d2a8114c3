"""Token exchange: narrower, shorter, with the chain of who acted."""

import jwt
import pytest
from sqlalchemy import select

from factories import ISSUER
from oauth_clients import MadeClient, ask, code_of, is_live, make_client, redeem
from passgate.identity.models import BrowserSession, Token
from passgate.identity.oauth.exchange_grant import ACCESS_TOKEN_TYPE
from passgate.identity.oauth.grant_types import EXCHANGE
from passgate.identity.oauth.protocol import Reply
from passgate.identity.schemas import TokenIn
from passgate.identity.service.token_narrowing import narrow_token
from passgate.identity.service.token_revocation import revoke_token
from passgate.identity.service.tokens import issue_token
from passgate.identity.token_limits import TokenLimits
from passgate.identity.token_schemas import NarrowIn
from passgate.kernel.actor import SYSTEM
from passgate.storage.work import Storage

ORDERS = "https://orders.example"
STOCK = "https://stock.example"


@pytest.fixture
def people(storage: Storage) -> tuple[MadeClient, MadeClient, MadeClient]:
    """The web application, the orders service that it calls, and a stranger of another team."""
    with storage.writing() as work:
        web = make_client(work, scopes=["orders:read", "stock:read"], audiences=[ORDERS])
        team = work.session.get_one(type(web.application), web.id).team_id
        from passgate.identity.models import Team  # noqa: PLC0415 - beside its only use

        orders = make_client(
            work,
            "service",
            work.session.get_one(Team, team),
            "Orders",
            audiences=[ORDERS, STOCK],
            scopes=["stock:read"],
        )
        return web, orders, make_client(work, "service", name="Stranger", audiences=["https://s.example"])


def exchange(storage: Storage, client: MadeClient, token: str, **more: str) -> Reply:
    given = {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN_TYPE}
    return ask(storage, client, **(given | more))


def user_token(storage: Storage, web: MadeClient, session: BrowserSession) -> str:
    code = code_of(storage, web, session, scope="openid orders:read stock:read", resource=ORDERS)
    return str(redeem(storage, web, code).body["access_token"])


def claims_of(token: str) -> dict[str, object]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_a_service_calls_on_in_the_users_name(
    storage: Storage, people: tuple[MadeClient, MadeClient, MadeClient], session: BrowserSession
) -> None:
    web, orders, _ = people
    first = user_token(storage, web, session)
    reply = exchange(storage, orders, first, scope="stock:read", resource=STOCK)
    assert reply.status == 200, reply.body
    assert reply.body["issued_token_type"] == ACCESS_TOKEN_TYPE
    claims = claims_of(reply.body["access_token"])
    assert (claims["sub"], claims["client_id"], claims["aud"]) == (session.user_id, orders.id, STOCK)
    assert (claims["scope"], claims["act"]) == ("stock:read", {"sub": orders.id})
    assert claims["exp"] <= claims_of(first)["exp"]  # type: ignore[operator]  # numbers
    again = exchange(storage, orders, reply.body["access_token"], resource=STOCK)
    assert claims_of(again.body["access_token"])["act"] == {"sub": orders.id, "act": {"sub": orders.id}}


def test_its_calls_count_for_the_token_that_it_was_made_of(
    storage: Storage, people: tuple[MadeClient, MadeClient, MadeClient]
) -> None:
    _, orders, _ = people
    with storage.writing() as work:
        limits = TokenLimits(budget=500, rpm=7)
        given = TokenIn(name="t", application_id=orders.id, scopes=["stock:read"], limits=limits)
        first = issue_token(SYSTEM, work, ISSUER, given).token
    with storage.writing() as work:
        narrowed = narrow_token(work, first, ISSUER, NarrowIn(name="n", limits=TokenLimits(budget=50))).token
    second = str(exchange(storage, orders, narrowed).body["access_token"])
    third = str(exchange(storage, orders, second).body["access_token"])
    top, child, inner, leaf = (claims_of(token) for token in (first, narrowed, second, third))
    told = [{"jti": one["jti"], "budget": one["budget"], "rpm": 7} for one in (inner, child, top)]
    assert leaf["parents"] == told
    assert [one["budget"] for one in told] == [50, 50, 500]
    assert leaf["rates"] == " ".join(f"{one['jti']}:7" for one in (leaf, inner, child, top))


def test_it_dies_with_the_token_that_it_was_made_of(
    storage: Storage, people: tuple[MadeClient, MadeClient, MadeClient], session: BrowserSession
) -> None:
    web, orders, _ = people
    first = user_token(storage, web, session)
    second = exchange(storage, orders, first, scope="stock:read", resource=STOCK).body["access_token"]
    with storage.writing() as work:
        jti = str(claims_of(first)["jti"])
        revoke_token(SYSTEM, work, work.session.scalars(select(Token.jti).where(Token.jti == jti)).one(), "gone")
    assert not is_live(storage, second)


def test_what_is_refused(
    storage: Storage, people: tuple[MadeClient, MadeClient, MadeClient], session: BrowserSession
) -> None:
    web, orders, stranger = people
    token = user_token(storage, web, session)
    assert exchange(storage, stranger, token).body["error"] == "invalid_request"
    assert exchange(storage, orders, token, scope="stock:write").body["error"] == "invalid_scope"
    assert exchange(storage, orders, token, resource="https://else.example").body["error"] == "invalid_target"
    assert exchange(storage, orders, token + "x").body["error"] == "invalid_request"
    assert exchange(storage, orders, token, actor_token=token).body["error"] == "invalid_request"
    assert exchange(storage, orders, token, subject_token_type="x").body["error"] == "invalid_request"
