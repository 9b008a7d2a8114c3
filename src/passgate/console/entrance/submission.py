"""What a browser sent with a form."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import Request

from passgate.console.edge import MOUNT_PATH
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.origin import client_address

_MAX_BYTES = 16_384
_MAX_FIELDS = 20


async def submitted(request: Request) -> Mapping[str, str]:
    """The fields of a form, the last of each name.

    Raises:
        InvalidInputError: larger than any form of the console, or no form at all.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise InvalidInputError("The form is too large.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=False, max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise InvalidInputError("The form cannot be read.") from None


def address_of(request: Request) -> str:
    """The client's address."""
    return client_address(request.headers.get("x-forwarded-for", ""), request.client.host if request.client else "")


def inner_path(target: str | None) -> str:
    """Where to go after signing in: a page of the console, whatever was asked for."""
    home = f"{MOUNT_PATH}/"
    if target is None or not target.startswith(home) or "\\" in target or any(letter <= " " for letter in target):
        return home
    parts = urlsplit(target)
    # A browser takes steps upwards before it asks, and would be at a service of the gate's own host.
    climbs = not {".", ".."}.isdisjoint(unquote(parts.path).split("/"))
    return home if parts.scheme or parts.netloc or climbs else target
