"""The one place where replies of OAuth become HTTP; errors are RFC 6749's JSON (section 5.2)."""

from collections.abc import Callable

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from passgate.api.oauth.call import Called
from passgate.api.oauth.desk import Desk
from passgate.identity.oauth.client_authentication import named_client
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite, Reply
from passgate.kernel.errors import UnauthenticatedError
from passgate.storage.audit.capture import Act
from passgate.storage.work import Work

OPEN_TO_ALL_ORIGINS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "WWW-Authenticate"}
"""Applications in browsers ask from other origins; no cookie counts here, so there is nothing to steal."""
_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache", **OPEN_TO_ALL_ORIGINS}

_INVALID_CLIENT = "invalid_client"
_LONGEST_ID = 200
_UNREADABLE = Reply(400, {"error": "invalid_request"})

Endpoint = Callable[[Work, OAuthSite, OAuthRequest], Reply]


def answer(reply: Reply) -> JSONResponse:
    """The reply in HTTP."""
    return JSONResponse(dict(reply.body), reply.status, headers={**_HEADERS, **reply.headers})


def written(called: Called, endpoint: Endpoint) -> JSONResponse:
    """What an endpoint that writes answers, committed; what it wrote before it refused is taken back."""
    if called.request is None:
        return answer(called.refusal or _UNREADABLE)
    with called.edge.storage.writing() as work:
        reply = endpoint(work, called.site, called.request)
        if reply.is_refusal and not reply.keeps_changes:
            work.session.rollback()
    _tell_refusal(called, reply)
    return answer(reply)


async def together(desk: Desk, called: Called, endpoint: Endpoint) -> JSONResponse:
    """What an endpoint answers that shares its unit of work with other calls of the same moment."""
    request = called.request
    if request is None:
        return answer(called.refusal or _UNREADABLE)
    reply = await desk.serve(lambda work: endpoint(work, called.site, request))
    if _is_of_a_stranger(reply):
        await run_in_threadpool(_tell_refusal, called, reply)
    return answer(reply)


def _is_of_a_stranger(reply: Reply) -> bool:
    return reply.body.get("error") == _INVALID_CLIENT


def _tell_refusal(called: Called, reply: Reply) -> None:
    """Have the audit log tell that a client's credential did not hold, as it tells of refused sign-ins."""
    if called.request is None or not _is_of_a_stranger(reply):
        return
    words = str(reply.body.get("error_description", ""))
    act = Act("client.refused", "oauth_client", named_client(called.request)[:_LONGEST_ID])
    act.after, act.refused_for = {"message": words}, _INVALID_CLIENT
    called.edge.storage.tell_refusal(UnauthenticatedError(words, code=_INVALID_CLIENT), act=act)
