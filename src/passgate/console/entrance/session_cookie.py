"""The session's cookie, set and taken away in one place whatever the way in or out was."""

from starlette.responses import RedirectResponse, Response

from passgate.console.edge import Console
from passgate.kernel.session_cookie import EVERYWHERE, SESSION_COOKIE, SESSION_PATHS


def signed_in(console: Console, secret: str, target: str) -> Response:
    """Send the browser on with its session."""
    response = RedirectResponse(target, status_code=303)
    for path in SESSION_PATHS:
        response.set_cookie(
            SESSION_COOKIE, secret, path=path, httponly=True, samesite="lax", secure=console.secure_cookies
        )
    response.delete_cookie(SESSION_COOKIE, path=EVERYWHERE)
    return response


def signed_out(response: Response) -> Response:
    """The same answer, at which the browser forgets its session."""
    for path in (*SESSION_PATHS, EVERYWHERE):
        response.delete_cookie(SESSION_COOKIE, path=path)
    return response
