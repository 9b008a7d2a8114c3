"""The endpoints that clients call themselves (RFC 6749, 7009, 7591, 7662, 8628, OpenID Connect Core)."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from passgate.api.dependencies import CurrentEdge, public
from passgate.api.oauth.answer import OPEN_TO_ALL_ORIGINS, answer, together, written
from passgate.api.oauth.call import CurrentCall
from passgate.api.oauth.form import CurrentSite, PostedJson, bearer_of
from passgate.identity.oauth.grant_types import CLIENT_CREDENTIALS
from passgate.identity.oauth.protocol import Reply
from passgate.identity.oauth.registration import registration_reply
from passgate.identity.oauth.token_endpoint import (
    device_reply,
    introspection_reply,
    revocation_reply,
    shared_token_reply,
    token_reply,
)
from passgate.identity.oauth.userinfo import userinfo_reply

_PREFLIGHT = {
    **OPEN_TO_ALL_ORIGINS,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "3600",
}


router = APIRouter(prefix="/oauth2", include_in_schema=False)

_CREDENTIAL = public("the client shows its own credential")


@router.post("/token", dependencies=[_CREDENTIAL])
async def token(called: CurrentCall) -> JSONResponse:
    """Tokens for a code, a refresh token, a device, a token, or in one's own name."""
    if called.field("grant_type") == CLIENT_CREDENTIALS:
        return await together(called.desks.writing, called, shared_token_reply)
    return await run_in_threadpool(written, called, token_reply)


@router.post("/device_authorization", dependencies=[_CREDENTIAL])
def device_authorization(called: CurrentCall) -> JSONResponse:
    """Codes for a device and for the person before it."""
    return written(called, device_reply)


@router.post("/introspect", dependencies=[_CREDENTIAL])
async def introspect(called: CurrentCall) -> JSONResponse:
    """Whether a token holds."""
    if called.field("client_assertion") is not None:  # which is used up
        return await run_in_threadpool(written, called, introspection_reply)
    return await together(called.desks.reading, called, introspection_reply)


@router.post("/revoke", dependencies=[_CREDENTIAL])
def revoke(called: CurrentCall) -> JSONResponse:
    """End a token of the client's own."""
    return written(called, revocation_reply)


@router.post("/register", dependencies=[public("an initial access token is the credential")])
def register(edge: CurrentEdge, site: CurrentSite, request: Request, metadata: PostedJson) -> JSONResponse:
    """Register a client."""
    if metadata is None:
        words = "The body must be a JSON object."
        return answer(Reply(HTTPStatus.BAD_REQUEST, {"error": "invalid_client_metadata", "error_description": words}))
    with edge.storage.writing() as work:
        reply = registration_reply(work, site, bearer_of(request), metadata)
        if reply.is_refusal:
            work.session.rollback()
    return answer(reply)


@router.get("/userinfo", dependencies=[public("the access token is the credential")])
def userinfo(edge: CurrentEdge, site: CurrentSite, request: Request) -> JSONResponse:
    """Who the token's person is."""
    with edge.storage.reading() as work:
        return answer(userinfo_reply(work, site, bearer_of(request)))


@router.post("/userinfo", dependencies=[public("the access token is the credential")])
def post_userinfo(edge: CurrentEdge, site: CurrentSite, request: Request) -> JSONResponse:
    """The same (OpenID Connect Core section 5.3.1 asks for both methods)."""
    return userinfo(edge, site, request)


@router.options("/{endpoint}", dependencies=[public("a preflight carries no credential")])
def preflight(endpoint: str) -> Response:
    """Let browsers ask from other origins."""
    del endpoint
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
