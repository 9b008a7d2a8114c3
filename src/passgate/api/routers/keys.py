"""Signing keys."""

from datetime import datetime
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.routers.revocations import RevokeRequest
from passgate.identity.keys.rules import DEFAULT_ALGORITHM
from passgate.identity.models import SigningKey
from passgate.identity.schemas import KeyImport
from passgate.identity.service import keys as service
from passgate.identity.service.key_import import import_keys
from passgate.identity.service.key_revocation import revoke_key as revoke
from passgate.identity.service.key_rotation import rotate
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/keys", tags=["keys"])


class KeyOut(BaseModel):
    """A signing key; its private part never leaves the database."""

    kid: str
    algorithm: str
    status: Literal["next", "active", "retiring", "retired", "revoked"] = Field(
        description="next is published, active signs, retiring verifies what it signed; the others do nothing any more."
    )
    origin: Literal["made", "imported"]
    created_at: datetime = Field(description="Since when it is published.")
    activated_at: datetime | None
    retiring_at: datetime | None
    ended_at: datetime | None = Field(description="When it was retired or revoked.")
    ended_reason: str | None
    public_jwk: dict[str, str]
    live_tokens: int = Field(description="Live tokens that it has signed, and that would die with it.")

    @classmethod
    def of(cls, row: SigningKey, live_tokens: int = 0) -> "KeyOut":
        """The row with the number of its tokens."""
        known = {name: getattr(row, name) for name in cls.model_fields if name != "live_tokens"}
        return cls.model_validate(known | {"live_tokens": live_tokens})


class Keys(BaseModel):
    """Signing keys, newest first."""

    items: list[KeyOut]


class Rotation(Input):
    """Which key to rotate, and how."""

    algorithm: str = Field(default=DEFAULT_ALGORITHM, description="ES256, ES384, RS256, PS256 or EdDSA.")
    at_once: bool = Field(
        default=False,
        description="Also where the next key is published for less than ten minutes: services that keep the published "
        "keys may refuse new tokens until they ask again.",
    )


class RevokedKey(BaseModel):
    """What the revocation of a key did."""

    count: int = Field(description="How many live tokens died.")
    seq: int = Field(
        description="The entry of the deny list; a node that enforces it, and the newest snapshot, is done."
    )


@router.get("", dependencies=[needs(Permission.KEY_READ)])
def list_keys(edge: CurrentEdge, actor: CurrentActor) -> Keys:
    """All signing keys, those that have ended lately too."""
    with edge.storage.reading() as work:
        counts = service.live_tokens_by_key(actor, work)
        return Keys(items=[KeyOut.of(row, counts.get(row.kid, 0)) for row in service.list_keys(actor, work)])


@router.post("/rotate", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.KEY_WRITE)])
def rotate_key(edge: CurrentEdge, actor: CurrentActor, given: Rotation | None = None) -> KeyOut:
    """Sign with the next key from now on; the one before still verifies what it signed."""
    given = given or Rotation()
    with edge.storage.writing() as work:
        return KeyOut.of(rotate(actor, work, given.algorithm, at_once=given.at_once))


@router.post("/import", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.KEY_WRITE)])
def import_key(edge: CurrentEdge, actor: CurrentActor, given: KeyImport) -> Keys:
    """Take in a private key made elsewhere (PEM, JWK, JWK Set); it becomes the next one of its algorithm."""
    with edge.storage.writing() as work:
        return Keys(items=[KeyOut.of(row) for row in import_keys(actor, work, given)])


@router.post("/{kid}/revoke", dependencies=[needs(Permission.KEY_WRITE)])
def revoke_key(edge: CurrentEdge, actor: CurrentActor, kid: str, given: RevokeRequest) -> RevokedKey:
    """Take a key out at once; every token that it signed dies, at the gate within a second."""
    with edge.storage.writing() as work:
        revoked = revoke(actor, work, kid, given.reason)
    return RevokedKey(count=revoked.count, seq=revoked.seq)
