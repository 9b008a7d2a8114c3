"""The session's cookie, set in one place whatever the way in was."""

from starlette.responses import RedirectResponse, Response

from passgate.console.edge import SESSION_COOKIE, Console


def signed_in(console: Console, secret: str, target: str) -> Response:
    """Send the browser on with its session."""
    response = RedirectResponse(target, status_code=303)
    response.set_cookie(SESSION_COOKIE, secret, path="/", httponly=True, samesite="lax", secure=console.secure_cookies)
    return response
