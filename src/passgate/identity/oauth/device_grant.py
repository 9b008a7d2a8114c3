"""The device flow (RFC 8628): a device shows a code, a person approves it in a browser."""

from datetime import timedelta
from typing import Any

from passgate.identity.models import User
from passgate.identity.oauth.authlib_parts import (
    AccessDeniedError,
    AuthorizationPendingError,
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    ExpiredTokenError,
    InvalidGrantError,
    SlowDownError,
    UnauthorizedClientError,
)
from passgate.identity.oauth.client import Client
from passgate.identity.oauth.flow_tables import OAuthDevice, OAuthGrant
from passgate.identity.oauth.grant_types import DEVICE
from passgate.identity.oauth.grants import locked_grant, refusal_of_grant
from passgate.identity.oauth.protocol import OAuthRequest
from passgate.identity.oauth.server import scopes_of
from passgate.identity.oauth.targets import audiences_for
from passgate.identity.secret_hash import secret_hash
from passgate.storage.work import Work

LIFETIME_SECONDS = 600
INTERVAL_SECONDS = 5
_PREFIX = "pgd"
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; 8 of them make 34 bits (RFC 8628 section 6.1)."""


class DeviceEndpoint(DeviceAuthorizationEndpoint):  # type: ignore[misc]  # Authlib ships no types
    """Where a device begins."""

    EXPIRES_IN = LIFETIME_SECONDS
    INTERVAL = INTERVAL_SECONDS

    def create_endpoint_response(self, request: OAuthRequest) -> tuple[int, Any, Any]:
        """The codes."""
        client: Client = self.authenticate_client(request)
        if not client.check_grant_type(DEVICE):
            raise UnauthorizedClientError("The client may not use the device flow.")
        self.scopes = scopes_of(client, request.payload.scope, [])
        self.audiences = audiences_for(client, self.server.site, request.listed("resource"))
        reply: tuple[int, Any, Any] = super().create_endpoint_response(request)
        return reply

    def generate_device_code(self) -> str:
        """256 random bits."""
        return str(self.server.work.ids.secret(_PREFIX))

    def generate_user_code(self) -> str:
        """Eight letters that people type."""
        random = self.server.work.ids.random_bytes(16)
        number = int.from_bytes(random)
        letters = []
        for _ in range(8):
            number, place = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[place])
        return "".join(letters[:4]) + "-" + "".join(letters[4:])

    def get_verification_uri(self) -> str:
        """Where a person types the code."""
        return str(self.server.site.endpoint("device"))

    def save_device_credential(self, client_id: str, scope: object, data: dict[str, Any]) -> None:
        """Keep it, the device's own code as a hash."""
        del scope
        work: Work = self.server.work
        work.session.add(
            OAuthDevice(
                device_hash=secret_hash(data["device_code"]),
                user_code=data["user_code"],
                client_id=client_id,
                scopes=self.scopes,
                audiences=self.audiences,
                status="pending",
                grant_id=None,
                interval_seconds=INTERVAL_SECONDS,
                polled_at=None,
                expires_at=work.clock.now() + timedelta(seconds=LIFETIME_SECONDS),
            )
        )
        work.session.flush()


class _Waiting:
    """A device as Authlib asks about it."""

    def __init__(self, row: OAuthDevice) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)


class DeviceGrant(DeviceCodeGrant):  # type: ignore[misc]  # Authlib ships no types
    """The device asks whether it was approved."""

    grant: OAuthGrant

    def query_device_credential(self, device_code: str) -> _Waiting:
        """The waiting device.

        Raises:
            InvalidGrantError: no such code; Authlib would call it an invalid request.
        """
        work: Work = self.server.work
        row = work.session.get(OAuthDevice, secret_hash(device_code), with_for_update=True)
        if row is None or row.status == "used":
            raise InvalidGrantError("There is no such device_code, or it was used before.")
        return _Waiting(row)

    def validate_device_credential(self, credential: _Waiting) -> User:
        """The person who approved.

        Raises:
            AuthorizationPendingError: nobody has decided yet.
            SlowDownError: the same, and the device asks too often.
            AccessDeniedError: the person refused.
            ExpiredTokenError: nobody decided in time.
        """
        work: Work = self.server.work
        row, now = credential.row, work.clock.now()
        if row.expires_at <= now:
            raise ExpiredTokenError("Nobody approved in time.")
        if row.status == "denied":
            raise AccessDeniedError("The person refused.")
        if row.status == "pending":
            last, row.polled_at = row.polled_at, now
            # A second of tolerance: what is measured here is also the network's mood.
            if last is not None and now - last < timedelta(seconds=row.interval_seconds - 1):
                row.interval_seconds += INTERVAL_SECONDS
                raise SlowDownError("You ask too often; wait five seconds longer from now on.")
            raise AuthorizationPendingError("Nobody has decided yet.")
        grant = locked_grant(work, row.grant_id or "")
        refusal = refusal_of_grant(work, grant) if grant is not None else "The grant has ended."
        if grant is None or refusal is not None:
            raise InvalidGrantError(refusal)
        self.grant, row.status = grant, "used"
        return work.session.get_one(User, grant.user_id)

    def generate_token(self, user: User, scope: str, **_: object) -> dict[str, Any]:
        """The tokens."""
        answer: dict[str, Any] = self.server.person_answer(self.request, self.grant, user, scope.split())
        return answer
