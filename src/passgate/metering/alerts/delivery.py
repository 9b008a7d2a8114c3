"""Sending messages to webhooks: no address of our own network unless that is allowed, no redirects, bounded in time."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from passgate.kernel.clock import epoch_seconds
from passgate.kernel.fetching import Fetching, FetchRefusedError, FetchRequest
from passgate.metering.alerts import repository
from passgate.metering.alerts.message import signature
from passgate.metering.alerts.models import Webhook, WebhookDelivery
from passgate.storage.work import Storage, Work

_log = logging.getLogger("passgate.alerts")

_BATCH = 20
_TIMEOUT_SECONDS = 5.0
_ARRIVED = range(200, 300)
_CLAIMED_FOR = timedelta(minutes=5)
"""Others leave it alone meanwhile; were this process killed, it comes up again."""
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 6 * 3600))
"""Before the second attempt, the third, and so on; then it is given up."""
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class _Letter:
    id: str
    url: str
    body: bytes
    headers: dict[str, str]


class UndeliverableError(Exception):
    """It did not arrive; the text says why."""


def deliver_due(storage: Storage, *, to_private: bool) -> int:
    """Send what is due; how much arrived. No unit of work is open while a receiver is waited for.

    Args:
        storage: where the messages wait.
        to_private: whether addresses of private networks, and plain http, are allowed.
    """
    with storage.reading() as work:
        if not repository.is_anything_due(work.session, work.clock.now()):
            return 0
    with storage.writing() as work:
        letters = _claimed(work)
    arrived = 0
    for letter in letters:
        status, outcome = None, "delivered"
        try:
            status = send(letter.url, letter.body, letter.headers, to_private=to_private)
            if status not in _ARRIVED:
                outcome = f"It answered with status {status}."
        except UndeliverableError as error:
            outcome = str(error)
        arrived += outcome == "delivered"
        with storage.writing() as work:
            _note(work, letter.id, status, outcome)
    return arrived


def send(url: str, body: bytes, headers: dict[str, str], *, to_private: bool) -> int:
    """Post a body; the answer's status.

    Its receiver has so long for all of it: the next message of whatever team waits for it.

    Raises:
        UndeliverableError: a forbidden address, nobody there, or no answer in time.
    """
    if urlsplit(url).scheme != "https" and not to_private:
        raise UndeliverableError("Plain http is allowed to private networks alone, where the setting allows those.")
    fetching = Fetching(
        private_addresses=to_private, allowed_by="PASSGATE_WEBHOOKS_TO_PRIVATE", seconds=_TIMEOUT_SECONDS
    )
    try:
        return fetching.ask(FetchRequest(url, "POST", headers, body, enough=lambda _kind, _body: True)).status
    except FetchRefusedError as refusal:
        raise UndeliverableError(f"It cannot be reached: {refusal.message}") from None


def _claimed(work: Work) -> list[_Letter]:
    now = work.clock.now()
    letters = []
    for row in repository.due_deliveries(work.session, now, _BATCH):
        row.next_at = now + _CLAIMED_FOR
        webhook = work.session.get_one(Webhook, row.webhook_id)
        body, stamp = row.body.encode(), epoch_seconds(now)
        headers = {
            "content-type": "application/json",
            "user-agent": "Passgate",
            "x-passgate-delivery": row.id,
            "x-passgate-timestamp": str(stamp),
            "x-passgate-signature": signature(work.vault.open(webhook.sealed_secret), stamp, body),
        }
        letters.append(_Letter(row.id, webhook.url, body, headers))
    return letters


def _note(work: Work, delivery_id: str, status: int | None, outcome: str) -> None:
    row = work.session.get(WebhookDelivery, delivery_id)
    if row is None:
        return  # the webhook was deleted meanwhile
    row.attempts += 1
    row.status, row.outcome = status, outcome[:_LONGEST_REASON]
    if outcome == "delivered":
        row.next_at = None
    elif row.attempts <= len(_WAITS):
        row.next_at = work.clock.now() + _WAITS[row.attempts - 1]
    else:
        row.next_at = None
        _log.warning("a message to the webhook %s was given up: %s", row.webhook_id, outcome)
