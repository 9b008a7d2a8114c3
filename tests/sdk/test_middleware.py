"""The ways into web frameworks: each lets the same calls through, and says why not in the same words."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from passgate.sdk import VerifiedToken, Verifier
from passgate.sdk.asgi import PassgateMiddleware
from passgate.sdk.fastapi import RequiresToken
from passgate.sdk.wsgi import PassgateMiddleware as WsgiMiddleware
from sdk.issuer_stub import IssuerStub

Client = httpx.Client


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": scope["passgate.token"].subject})
        return
    token = scope.get("passgate.token")
    body = (token.subject if token else "nobody").encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


def _wsgi_hello(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    token = environ.get("passgate.token")
    return [(token.subject if token else "nobody").encode()]


def asgi_client(verifier: Verifier) -> Client:
    asked: dict[str, Any] = {"scopes": ["orders.read"], "open_paths": ["/healthz", "/public/"]}
    return TestClient(PassgateMiddleware(_hello, verifier, **asked), base_url="http://orders")


def wsgi_client(verifier: Verifier) -> Client:
    application = WsgiMiddleware(_wsgi_hello, verifier, scopes=["orders.read"], open_paths=["/healthz", "/public/"])
    return httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://orders")


def fastapi_client(verifier: Verifier) -> Client:
    app = FastAPI()
    requires = RequiresToken(verifier, "orders.read")

    @app.get("/orders")
    def orders(token: Annotated[VerifiedToken, Depends(requires)]) -> str:
        return token.subject

    @app.get("/healthz")
    @app.get("/public/page")
    def public() -> str:
        return "nobody"

    return TestClient(app, base_url="http://orders")


ways = pytest.mark.parametrize("way", [asgi_client, wsgi_client, fastapi_client])
Way = Callable[[Verifier], Client]


@ways
def test_a_good_token_passes_and_its_claims_are_there(stub: IssuerStub, verifier: Verifier, way: Way) -> None:
    answer = way(verifier).get("/orders", headers={"Authorization": f"Bearer {stub.token()}"})
    assert (answer.status_code, answer.text.strip('"')) == (200, "app_1")


@ways
@pytest.mark.parametrize("path", ["/healthz", "/public/page"])
def test_open_paths_need_none(verifier: Verifier, way: Way, path: str) -> None:
    assert way(verifier).get(path).text.strip('"') == "nobody"


@ways
@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic dTpw"])
def test_no_token_is_asked_for_one(verifier: Verifier, way: Way, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = way(verifier).get("/orders", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "token_missing" in answer.text


@ways
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": int(time.time()) - 60}, "token_expired"),
        ({"aud": "billing"}, "token_audience_wrong"),
        ({"jti": None}, "token_claim_invalid"),
    ],
)
def test_a_bad_token_is_refused_by_name(
    stub: IssuerStub, verifier: Verifier, way: Way, changes: dict[str, Any], code: str
) -> None:
    answer = way(verifier).get("/orders", headers={"Authorization": f"Bearer {stub.token(**changes)}"})
    assert answer.status_code == 401
    assert code in answer.text
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token", error_description="')


@ways
def test_a_missing_scope_is_403_and_named(stub: IssuerStub, verifier: Verifier, way: Way) -> None:
    answer = way(verifier).get("/orders", headers={"Authorization": f"Bearer {stub.token(scope='other')}"})
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert 'scope="orders.read"' in answer.headers["www-authenticate"]


@ways
def test_an_issuer_that_was_never_heard_of_is_503(stub: IssuerStub, verifier: Verifier, way: Way) -> None:
    stub.broken = True
    answer = way(verifier).get("/orders", headers={"Authorization": f"Bearer {stub.token()}"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("way", [asgi_client, wsgi_client])
def test_refusals_are_problem_documents(verifier: Verifier, way: Way) -> None:
    answer = way(verifier).get("/orders")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "token_missing"


def test_two_authorization_headers_are_none(stub: IssuerStub, verifier: Verifier) -> None:
    headers = [("Authorization", f"Bearer {stub.token()}")] * 2
    assert asgi_client(verifier).get("/orders", headers=headers).status_code == 401


@pytest.mark.parametrize(("roles", "status"), [(["admin", "buyer"], 200), (["seller"], 403), ([], 403)])
def test_a_role_can_be_asked_for(stub: IssuerStub, verifier: Verifier, roles: list[str], status: int) -> None:
    client = TestClient(PassgateMiddleware(_hello, verifier, roles=["buyer", "clerk"]))
    answer = client.get("/orders", headers={"Authorization": f"Bearer {stub.token(roles=roles)}"})
    assert answer.status_code == status


def test_a_websocket_opens_with_a_token_only(stub: IssuerStub, verifier: Verifier) -> None:
    client = TestClient(PassgateMiddleware(_hello, verifier))
    with client.websocket_connect("/live", headers={"Authorization": f"Bearer {stub.token()}"}) as socket:
        assert socket.receive_text() == "app_1"
    with (
        pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)) as refused,
        client.websocket_connect("/live"),
    ):
        pass
    assert getattr(refused.value, "code", 1008) == 1008


def test_the_first_question_to_the_issuer_does_not_hold_up_the_loop(stub: IssuerStub, verifier: Verifier) -> None:
    seen: list[str] = []
    fetching, loop_went_on = threading.Event(), threading.Event()
    real = verifier._state.fetch

    def slow(*args: Any, **kwargs: Any) -> Any:
        fetching.set()
        assert loop_went_on.wait(10)
        return real(*args, **kwargs)

    verifier._state.fetch = slow
    middleware = PassgateMiddleware(_hello, verifier)
    headers = [(b"authorization", f"Bearer {stub.token()}".encode())]

    async def call() -> None:
        async def send(message: Any) -> None:
            seen.append(message["type"])

        async def receive() -> Any:
            return {"type": "http.request"}

        await middleware({"type": "http", "path": "/orders", "headers": headers}, receive, send)

    async def both() -> None:
        calling = asyncio.create_task(call())
        assert await asyncio.to_thread(fetching.wait, 10)
        assert seen == []
        loop_went_on.set()
        await calling

    asyncio.run(both())
    assert seen == ["http.response.start", "http.response.body"]


def test_fastapis_document_says_that_a_token_is_needed(verifier: Verifier) -> None:
    client = fastapi_client(verifier)
    document = client.get("/openapi.json").json()
    assert document["paths"]["/orders"]["get"]["security"] == [{"HTTPBearer": []}]
