"""What a webhook is told, and its signature."""

import hashlib
import hmac
from typing import Any

import orjson

from passgate.metering.alerts.models import Alert, Webhook, WebhookDelivery
from passgate.storage.work import Work


def alert_message(alert: Alert) -> dict[str, Any]:
    """An alert, for a webhook."""
    return {
        "type": f"alert.{alert.kind}",
        "id": alert.id,
        "severity": alert.severity,
        "title": alert.title,
        "message": alert.message,
        "team_id": alert.team_id,
        "target_id": alert.target_id,
        "created_at": alert.created_at.isoformat(),
    }


def trial_message(work: Work, webhook: Webhook) -> dict[str, Any]:
    """A message that says that it is a test."""
    return {
        "type": "test",
        "id": work.ids.new("tst"),
        "message": f"This is a test of the webhook {webhook.name}.",
        "created_at": work.clock.now().isoformat(),
    }


def queue_message(work: Work, webhook: Webhook, alert_id: str | None, message: dict[str, Any]) -> WebhookDelivery:
    """Put a message where the next round of deliveries takes it up."""
    now = work.clock.now()
    row = WebhookDelivery(
        id=work.ids.new("whd"),
        webhook_id=webhook.id,
        alert_id=alert_id,
        body=orjson.dumps(message).decode(),
        created_at=now,
        attempts=0,
        next_at=now,
    )
    work.session.add(row)
    return row


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """``v1=`` and the HMAC-SHA256, in hexadecimal, of timestamp, a dot and the body, under the secret's text."""
    return "v1=" + hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
