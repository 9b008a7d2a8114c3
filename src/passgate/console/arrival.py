"""A browser that opens a page: the session behind its cookie, and the secret to go on with."""

from dataclasses import dataclass

from starlette.responses import Response

from passgate.console.edge import Console
from passgate.console.entrance.session_cookie import signed_in
from passgate.identity.service import sessions


@dataclass(frozen=True, slots=True)
class Arrival:
    """A browser with an open session."""

    session_id: str
    fresh_secret: str | None
    """The secret that the cookie is to hold from now on, where it changes."""


def arrive(console: Console, secret: str, user_agent: str) -> Arrival | None:
    """Find the session; None: nobody is signed in, or the cookie is another browser's."""
    with console.storage.reading() as work:
        found = sessions.session_of(work, secret, user_agent)
        if found is None or sessions.actor_of(work, found) is None:
            return None
        is_due = sessions.is_rotation_due(work, found, secret)
    if not is_due:
        return Arrival(found.id, None)
    with console.storage.writing() as work:
        return Arrival(found.id, sessions.rotate(work, found.id, secret))


def with_fresh_secret(console: Console, secret: str, path: str, query: str) -> Response:
    """The same page once more, with the cookie's new secret: a page of NiceGUI's cannot set a cookie itself."""
    return signed_in(console, secret, f"{path}?{query}" if query else path)
