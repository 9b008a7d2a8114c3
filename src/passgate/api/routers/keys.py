"""Signing keys."""

from datetime import datetime
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.routers.tokens import RevokeRequest
from passgate.identity.models import SigningKey
from passgate.identity.service import keys as service
from passgate.kernel.permissions import Permission

router = APIRouter(prefix="/api/v1/keys", tags=["keys"])


class KeyOut(BaseModel):
    """A signing key; its private part never leaves the database."""

    kid: str
    algorithm: str
    status: Literal["active", "retired"]
    created_at: datetime
    public_jwk: dict[str, str]
    live_tokens: int = Field(description="Live tokens that it has signed, and that would die with it.")

    @classmethod
    def of(cls, row: SigningKey, live_tokens: int) -> "KeyOut":
        """The row with the number of its tokens."""
        names = ("kid", "algorithm", "status", "created_at", "public_jwk")
        return cls.model_validate({name: getattr(row, name) for name in names} | {"live_tokens": live_tokens})


class Keys(BaseModel):
    """All signing keys, newest first."""

    items: list[KeyOut]


class RemovedKey(BaseModel):
    """What the removal of a key did."""

    count: int = Field(description="How many live tokens died.")


@router.get("", dependencies=[needs(Permission.KEY_READ)])
def list_keys(edge: CurrentEdge, actor: CurrentActor) -> Keys:
    """All signing keys."""
    with edge.storage.reading() as work:
        counts = service.live_tokens_by_key(actor, work)
        return Keys(items=[KeyOut.of(row, counts.get(row.kid, 0)) for row in service.list_keys(actor, work)])


@router.post("/rotate", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.KEY_WRITE)])
def rotate_key(edge: CurrentEdge, actor: CurrentActor) -> KeyOut:
    """Sign with a new key from now on; the old ones still verify."""
    with edge.storage.writing() as work:
        return KeyOut.of(service.rotate(actor, work), 0)


@router.post("/{kid}/remove", dependencies=[needs(Permission.KEY_WRITE)])
def remove_key(edge: CurrentEdge, actor: CurrentActor, kid: str, given: RevokeRequest) -> RemovedKey:
    """Take a key out at once; every token that it signed dies."""
    with edge.storage.writing() as work:
        return RemovedKey(count=service.remove_key(actor, work, kid, given.reason))
