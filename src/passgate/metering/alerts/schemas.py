"""What the services of alerts take in and give out."""

import re
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from passgate.kernel.given import Input
from passgate.kernel.text import Line

AlertKind = Literal["budget", "limit", "token_expiry", "error_rate", "snapshot_rejected"]
Severity = Literal["warning", "critical"]
_URL = re.compile(r"[!-~]{1,500}")


def _checked_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"https", "http"} or "@" in parts.netloc or not _URL.fullmatch(value):
        raise ValueError("https://host[:port][/path], or http://, without credentials")
    return value


WebhookUrl = Annotated[str, AfterValidator(_checked_url)]


class AlertView(BaseModel):
    """Something that was noticed."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    kind: AlertKind
    severity: Severity
    title: str
    message: str
    team_id: str | None
    target_id: str
    """The limit, token, provider or node that it is about."""
    created_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class UnreadAlerts(BaseModel):
    """How many alerts nobody has acknowledged; 100 stands for that and more."""

    count: int


class WebhookIn(Input):
    """An address for alerts. It gets JSON, signed with a secret that is shown once."""

    name: Line
    url: WebhookUrl
    team_id: Annotated[str, Field(max_length=40)] | None = None
    """Null: alerts of everybody."""
    kinds: Annotated[tuple[AlertKind, ...], Field(max_length=10)] = ()
    """Empty: every kind."""
    is_enabled: bool = True


class WebhookView(BaseModel):
    """A webhook, less its secret."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    team_id: str | None
    name: str
    url: str
    kinds: tuple[AlertKind, ...]
    is_enabled: bool
    created_at: datetime


class NewWebhook(WebhookView):
    """A webhook with its secret, which is shown this once."""

    secret: str


class DeliveryView(BaseModel):
    """One message to a webhook."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    alert_id: str | None
    """Null: a test."""
    created_at: datetime
    attempts: int
    next_at: datetime | None
    """When it is tried next; null: it arrived, or was given up."""
    status: int | None
    outcome: str | None
