"""The defence of the cookie's forms against other sites (CSRF)."""

from urllib.parse import urlsplit

from starlette.requests import Request

from passgate.kernel.errors import ForbiddenError


class ForeignOriginError(ForbiddenError):
    """A form that was sent from another site."""

    code = "foreign_origin"


def require_own_origin(request: Request) -> None:
    """Refuse a form that another site's page sent.

    Browsers say where a form comes from in ``Sec-Fetch-Site`` and in ``Origin``, which no page can forge. A request
    with neither comes from no browser, so no browser's cookie can have been abused for it.

    Raises:
        ForeignOriginError: the form is another site's.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignOriginError("This form was sent from another site.")
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignOriginError("This form was sent from another site.")
