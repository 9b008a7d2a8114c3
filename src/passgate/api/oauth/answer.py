"""The one place where replies of OAuth become HTTP; errors are RFC 6749's JSON (section 5.2)."""

from collections.abc import Callable

from fastapi.responses import JSONResponse

from passgate.api.oauth.call import Called
from passgate.api.oauth.desk import Desk
from passgate.identity.oauth.protocol import OAuthRequest, OAuthSite, Reply
from passgate.storage.work import Work

OPEN_TO_ALL_ORIGINS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "WWW-Authenticate"}
"""Applications in browsers ask from other origins; no cookie counts here, so there is nothing to steal."""
_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache", **OPEN_TO_ALL_ORIGINS}

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
    return answer(reply)


async def together(desk: Desk, called: Called, endpoint: Endpoint) -> JSONResponse:
    """What an endpoint answers that shares its unit of work with other calls of the same moment."""
    request = called.request
    if request is None:
        return answer(called.refusal or _UNREADABLE)
    return answer(await desk.serve(lambda work: endpoint(work, called.site, request)))
