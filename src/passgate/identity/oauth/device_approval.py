"""The person's side of the device flow: the code that a device shows, approved or refused in a browser."""

from sqlalchemy import select

from passgate.identity.models import BrowserSession
from passgate.identity.oauth.client import Client, find_client
from passgate.identity.oauth.flow_tables import OAuthDevice
from passgate.identity.oauth.grants import new_grant
from passgate.kernel.errors import NotFoundError
from passgate.storage.audit.capture import Act
from passgate.storage.work import Work


class UserCodeError(NotFoundError):
    """A code that no device shows now."""

    code = "user_code_unknown"


def waiting_device(work: Work, user_code: str) -> tuple[OAuthDevice, Client]:
    """The device that shows this code, and the client that it runs.

    Raises:
        UserCodeError: no such device, it was decided on, or its time is over.
    """
    query = select(OAuthDevice).where(OAuthDevice.user_code == _as_shown(user_code)).with_for_update()
    row = work.session.scalars(query).first()
    client = find_client(work, row.client_id) if row is not None else None
    if row is None or client is None or row.status != "pending" or row.expires_at <= work.clock.now():
        raise UserCodeError("No device shows this code now. Ask the device for a new one.", field="user_code")
    return row, client


def decide(work: Work, user_code: str, session: BrowserSession, *, approved: bool) -> Client:
    """Approve or refuse; the client that is told.

    Raises:
        UserCodeError: no such device, it was decided on, or its time is over.
    """
    row, client = waiting_device(work, user_code)
    if approved:
        grant = new_grant(
            work, client, session.user_id, scopes=row.scopes, audiences=row.audiences, session=session, is_offline=True
        )
        row.grant_id = grant.id
    row.status = "approved" if approved else "denied"
    act = "device.approved" if approved else "device.refused"
    work.note(Act(act, "oauth_client", client.id, client.name, after={"scopes": row.scopes}))
    return client


def _as_shown(user_code: str) -> str:
    """As it was shown, whatever case, blanks and hyphens the person types."""
    letters = "".join(letter for letter in user_code.upper() if letter.isalpha() and letter.isascii())
    return f"{letters[:4]}-{letters[4:]}"
