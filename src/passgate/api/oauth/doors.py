"""The endpoints that browsers come to; the pages behind them are the console's, where the session's cookie counts."""

from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from passgate.api.dependencies import public

PAGES = {"authorize": "/console/authorize", "device": "/console/device", "logout": "/console/log-out"}
"""Endpoint -> its page. The page reads the request, so that nothing of it is kept on the way there."""

router = APIRouter(prefix="/oauth2", include_in_schema=False)


def _sent_on(page: str, query: str) -> RedirectResponse:
    url = f"{page}?{query}" if query else page
    return RedirectResponse(url, status_code=HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


@router.get("/authorize", dependencies=[public("the page behind it asks the person to sign in")])
def authorize(request: Request) -> RedirectResponse:
    """The authorization endpoint (RFC 6749 section 3.1)."""
    return _sent_on(PAGES["authorize"], request.url.query)


@router.get("/device", dependencies=[public("the page behind it asks the person to sign in")])
def device(request: Request) -> RedirectResponse:
    """The verification URI of devices (RFC 8628 section 3.3)."""
    return _sent_on(PAGES["device"], request.url.query)


@router.get("/logout", dependencies=[public("the page behind it looks at the session")])
def logout(request: Request) -> RedirectResponse:
    """The end session endpoint (OpenID Connect RP-Initiated Logout section 2)."""
    return _sent_on(PAGES["logout"], request.url.query)


async def _posted_query(request: Request) -> str:
    """The form's fields as a query, spelt anew, so that nothing in it can break out of the address."""
    body = (await request.body()).decode("utf-8", "replace")
    return urlencode(parse_qsl(body, keep_blank_values=True))


@router.post("/authorize", dependencies=[public("the page behind it asks the person to sign in")])
async def post_authorize(request: Request) -> RedirectResponse:
    """The same by a form (OpenID Connect Core section 3.1.2.1)."""
    return _sent_on(PAGES["authorize"], await _posted_query(request))


@router.post("/logout", dependencies=[public("the page behind it looks at the session")])
async def post_logout(request: Request) -> RedirectResponse:
    """The same by a form (RP-Initiated Logout section 2)."""
    return _sent_on(PAGES["logout"], await _posted_query(request))
