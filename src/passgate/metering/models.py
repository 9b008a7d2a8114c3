"""Tables of metering: calls, what AI calls used, hourly sums of both, and how far each spool file was read."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, column, false
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_GROWING = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column declared INTEGER."""


def _newest_first(name: str, *leading: str) -> Index:
    """An index that lists the calls of one owner by start; calls without such an owner take no room in it."""
    owned = column(leading[0]).is_not(None) if leading else None
    return Index(name, *leading, "started_at", "id", sqlite_where=owned, postgresql_where=owned)


class Call(Base):
    """A call that came through the gate, as Envoy's access log tells it."""

    __tablename__ = "calls"
    audited: ClassVar[bool] = False
    __table_args__ = (
        _newest_first("ix_calls_started_at"),
        _newest_first("ix_calls_team_id", "team_id"),
        _newest_first("ix_calls_application_id", "application_id"),
        _newest_first("ix_calls_service_id", "service_id"),
        _newest_first("ix_calls_model", "model"),
    )

    id: Mapped[int] = mapped_column(_GROWING, primary_key=True, autoincrement=True)
    """Grows in the order of arrival in the database."""
    node: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text, index=True, unique=True)
    """The key on which a call counts once. It begins with the moment: by chance, each insert would go to another page
    of the index, which at 400,000 calls cost twice as much as all the rest of a row."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(Text)
    """``ai`` or ``rest``."""
    method: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str | None] = mapped_column(Text)
    """Without the query, which may hold a credential."""
    status: Mapped[int] = mapped_column(Integer)
    """HTTP status; 0 where the client left before an answer."""
    code: Mapped[str | None] = mapped_column(Text)
    """Stable name of why it did not go well; None where it did."""
    duration_ms: Mapped[int] = mapped_column(Integer)
    upstream_ms: Mapped[int | None] = mapped_column(Integer)
    bytes_in: Mapped[int] = mapped_column(BigInteger)
    bytes_out: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int | None] = mapped_column(Integer)
    team_id: Mapped[str | None] = mapped_column(Text)
    """The application's team; where no application is known, the team of the service that was called."""
    application_id: Mapped[str | None] = mapped_column(Text)
    service_id: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    """The public model name, copied from the usage line so that calls can be listed by it."""
    jti: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    client_ip: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)
    version_id: Mapped[str | None] = mapped_column(Text)
    """Of the service; None where it has no versions, or the call asked for none that is there."""
    revision_id: Mapped[str | None] = mapped_column(Text)
    route_id: Mapped[str | None] = mapped_column(Text)
    """Of the revision, such as ``get_orders_id``; None where it takes every path."""
    cached: Mapped[bool] = mapped_column(server_default=false())
    """Answered by a REST service's response cache; of AI calls their usage tells it."""


class Usage(Base):
    """What an AI call used and cost, as the worker tells it; belongs to the call of the same request id."""

    __tablename__ = "usages"
    audited: ClassVar[bool] = False

    request_id: Mapped[str] = mapped_column(Text, primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    application_id: Mapped[str] = mapped_column(Text)
    team_id: Mapped[str] = mapped_column(Text)
    jti: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    format_in: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    provider_id: Mapped[str | None] = mapped_column(Text)
    vendor: Mapped[str | None] = mapped_column(Text)
    vendor_model: Mapped[str | None] = mapped_column(Text)
    deployment_id: Mapped[str | None] = mapped_column(Text)
    stream: Mapped[bool]
    status: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    """``ok``, ``error``, ``cancelled`` or ``revoked``."""
    error_code: Mapped[str | None] = mapped_column(Text)
    tokens_in: Mapped[int] = mapped_column(BigInteger)
    tokens_out: Mapped[int] = mapped_column(BigInteger)
    cached_tokens_in: Mapped[int] = mapped_column(BigInteger)
    cache_write_tokens: Mapped[int] = mapped_column(BigInteger)
    reasoning_tokens: Mapped[int] = mapped_column(BigInteger)
    audio_tokens_in: Mapped[int] = mapped_column(BigInteger)
    audio_tokens_out: Mapped[int] = mapped_column(BigInteger)
    usage_source: Mapped[str] = mapped_column(Text)
    """``vendor`` where the vendor counted the tokens, else ``none``."""
    cost: Mapped[int] = mapped_column(BigInteger)
    """Micro-dollars."""
    price_version: Mapped[str | None] = mapped_column(Text)
    latency_ms: Mapped[int] = mapped_column(Integer)
    first_token_ms: Mapped[int | None] = mapped_column(Integer)
    finish_reason: Mapped[str | None] = mapped_column(Text)
    dropped: Mapped[list[str]] = mapped_column(JSON)
    """Request fields that the translation could not carry over."""
    cached: Mapped[bool] = mapped_column(server_default=false())
    """Answered from the cache: nothing was used."""
    cache_write_long_tokens: Mapped[int] = mapped_column(BigInteger, server_default="0")
    images: Mapped[int] = mapped_column(BigInteger, server_default="0")
    unit_prices: Mapped[str | None] = mapped_column(Text)
    """The figures of the price, so that the entry explains itself whatever becomes of the catalogue."""
    chosen_by: Mapped[str | None] = mapped_column(Text)
    """What led to the deployment."""
    answered_model: Mapped[str | None] = mapped_column(Text)
    """The fallback model that answered; None: the one that was asked for."""
    key: Mapped[str | None] = mapped_column(Text)
    """The label of the provider's key that was used, where it has several."""
    tried: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default="[]")
    """What was tried or passed over before, as ``contracts.usage_record.TriedDeployment`` has it."""
    service_id: Mapped[str | None] = mapped_column(Text)
    """The service that the call was of, such as a prompt's; None: it went to the model as such."""


class MaskingFind(Base):
    """What a masking rule found in a call: how often and where, never what."""

    __tablename__ = "masking_finds"
    audited: ClassVar[bool] = False
    __table_args__ = (Index("ix_masking_finds_team_id_id", "team_id", "id"),)

    id: Mapped[int] = mapped_column(_GROWING, primary_key=True, autoincrement=True)
    request_id: Mapped[str] = mapped_column(Text, index=True)
    """Of the call."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    team_id: Mapped[str] = mapped_column(Text)
    application_id: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    """``mask``, ``block`` or ``note``."""
    place: Mapped[str] = mapped_column(Text)
    """``request`` or ``reply``."""
    finds: Mapped[int] = mapped_column(Integer)


class _CallSums:
    """Columns of tables that sum calls."""

    calls: Mapped[int] = mapped_column(BigInteger)
    errors: Mapped[int] = mapped_column(BigInteger)
    """Calls with status 0 or from 400 up."""
    latency_ms: Mapped[int] = mapped_column(BigInteger)
    """Sum of the durations."""


class _UsageSums:
    """Columns of tables that sum what calls of models used."""

    tokens_in: Mapped[int] = mapped_column(BigInteger)
    tokens_out: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[int] = mapped_column(BigInteger)
    """Micro-dollars."""


class CallHour(_CallSums, Base):
    """Calls of one hour, application and service, summed; "" stands for none."""

    __tablename__ = "call_hours"
    audited: ClassVar[bool] = False

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    team_id: Mapped[str] = mapped_column(Text, primary_key=True)
    application_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    service_id: Mapped[str] = mapped_column(Text, primary_key=True)


class UsageHour(_CallSums, _UsageSums, Base):
    """Usage of one hour, application, model and provider, summed; "" stands for none.

    A table apart from :class:`CallHour`: the two are filled from different files in any order, and neither has to
    wait for, or correct, the other.
    """

    __tablename__ = "usage_hours"
    audited: ClassVar[bool] = False

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    team_id: Mapped[str] = mapped_column(Text, primary_key=True)
    application_id: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    provider_id: Mapped[str] = mapped_column(Text, primary_key=True)


class SpendDay(Base):
    """What a user or a token has spent in a day (UTC); of all others the hourly sums tell."""

    __tablename__ = "spend_days"
    audited: ClassVar[bool] = False

    scope: Mapped[str] = mapped_column(String(16), primary_key=True)
    """``user`` or ``token``."""
    target: Mapped[str] = mapped_column(Text, primary_key=True)
    """Subject or jti."""
    day: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    cost: Mapped[int] = mapped_column(BigInteger)
    """Micro-dollars."""


class ServiceUsageDay(_UsageSums, Base):
    """What an application used of a service in a day (UTC), summed; of calls to models as such nothing stands here."""

    __tablename__ = "service_usage_days"
    audited: ClassVar[bool] = False

    day: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    team_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """The application's team."""
    application_id: Mapped[str] = mapped_column(Text, primary_key=True)
    service_id: Mapped[str] = mapped_column(Text, primary_key=True)


class SpoolOffset(Base):
    """How far a node's spool file was read; moves in the same transaction as the rows that came of it."""

    __tablename__ = "spool_files"
    audited: ClassVar[bool] = False

    node: Mapped[str] = mapped_column(Text, primary_key=True)
    identity: Mapped[str] = mapped_column(Text, primary_key=True)
    """Inode and a digest of the first line, so that a renamed file is known again and a reused inode is not."""
    name: Mapped[str] = mapped_column(Text)
    """The file's name when it was first seen; for people."""
    offset: Mapped[int] = mapped_column(BigInteger)
    """Bytes read."""
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
