"""Webhooks: where alerts are sent."""

import secrets

from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.alerts import repository
from passgate.metering.alerts.message import queue_message, trial_message
from passgate.metering.alerts.models import Webhook
from passgate.metering.alerts.schemas import DeliveryView, NewWebhook, WebhookIn, WebhookView
from passgate.storage.constraints import refusing
from passgate.storage.work import Work

_SECRET_BYTES = 32


def list_webhooks(actor: Actor, work: Work, page: PageRequest) -> Page[WebhookView]:
    """Webhooks of the actor's teams, newest first.

    Raises:
        ForbiddenError: without the permission alert:read.
    """
    actor.require_somewhere(Permission.ALERT_READ)
    found = repository.webhooks_page(work.session, page, actor.teams_with(Permission.ALERT_READ))
    return Page([WebhookView.model_validate(row) for row in found.items], found.next_cursor)


def get_webhook(actor: Actor, work: Work, webhook_id: str) -> WebhookView:
    """One webhook.

    Raises:
        NotFoundError: none of that id, or of a team that the actor has no part in.
        ForbiddenError: without the permission alert:read.
    """
    return WebhookView.model_validate(_readable(actor, work, webhook_id))


def create_webhook(actor: Actor, work: Work, given: WebhookIn) -> NewWebhook:
    """Make a webhook; its secret is told this once.

    Raises:
        ForbiddenError: without the permission alert:write in the team, or everywhere where no team is named.
        NotFoundError: no such team, or none that the actor has a part in.
    """
    actor.require(Permission.ALERT_WRITE, given.team_id, what="team")
    secret = _new_secret()
    row = Webhook(
        id=work.ids.new("whk"),
        **given.model_dump(exclude={"kinds"}),
        kinds=list(given.kinds),
        sealed_secret=work.vault.seal(secret),
        created_at=work.clock.now(),
    )
    with refusing(work, NotFoundError("No such team.", field="team_id")):
        work.session.add(row)
    return _with_secret(row, secret)


def replace_webhook(actor: Actor, work: Work, webhook_id: str, given: WebhookIn) -> WebhookView:
    """Replace all that a webhook says; team and secret stay.

    Raises:
        NotFoundError: as :func:`get_webhook`.
        ForbiddenError: without the permission alert:write.
        InvalidInputError: another team.
    """
    row = _writable(actor, work, webhook_id)
    if given.team_id != row.team_id:
        raise InvalidInputError("A webhook stays with its team; make another one instead.", field="team_id")
    row.name, row.url, row.kinds, row.is_enabled = given.name, given.url, list(given.kinds), given.is_enabled
    work.session.flush()
    return WebhookView.model_validate(row)


def renew_secret(actor: Actor, work: Work, webhook_id: str) -> NewWebhook:
    """Give a webhook another secret, told this once; the next message is signed with it.

    Raises:
        NotFoundError: as :func:`get_webhook`.
        ForbiddenError: without the permission alert:write.
    """
    row = _writable(actor, work, webhook_id)
    secret = _new_secret()
    row.sealed_secret = work.vault.seal(secret)
    work.session.flush()
    return _with_secret(row, secret)


def delete_webhook(actor: Actor, work: Work, webhook_id: str) -> None:
    """Remove a webhook, and what is still to be sent to it.

    Raises:
        NotFoundError: as :func:`get_webhook`.
        ForbiddenError: without the permission alert:write.
    """
    row = _writable(actor, work, webhook_id)
    repository.delete_deliveries_of(work.session, row.id)
    work.session.delete(row)
    work.session.flush()


def send_test(actor: Actor, work: Work, webhook_id: str) -> DeliveryView:
    """Send a webhook a message that says that it is a test; the log of its deliveries tells how it went.

    Raises:
        NotFoundError: as :func:`get_webhook`.
        ForbiddenError: without the permission alert:write.
    """
    row = _writable(actor, work, webhook_id)
    delivery = queue_message(work, row, None, trial_message(work, row))
    work.session.flush()
    return DeliveryView.model_validate(delivery)


def list_deliveries(actor: Actor, work: Work, webhook_id: str, page: PageRequest) -> Page[DeliveryView]:
    """What was sent to a webhook and how it went, newest first.

    Raises:
        NotFoundError: as :func:`get_webhook`.
        ForbiddenError: without the permission alert:read.
    """
    row = _readable(actor, work, webhook_id)
    found = repository.deliveries_page(work.session, page, row.id)
    return Page([DeliveryView.model_validate(one) for one in found.items], found.next_cursor)


def _readable(actor: Actor, work: Work, webhook_id: str) -> Webhook:
    actor.require_somewhere(Permission.ALERT_READ)
    row = work.session.get(Webhook, webhook_id)
    if row is None or (row.team_id is None and not actor.may(Permission.ALERT_READ)):
        raise NotFoundError("No such webhook.")
    actor.require(Permission.ALERT_READ, row.team_id, what="webhook")
    return row


def _writable(actor: Actor, work: Work, webhook_id: str) -> Webhook:
    row = _readable(actor, work, webhook_id)
    actor.require(Permission.ALERT_WRITE, row.team_id, what="webhook")
    return row


def _new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(_SECRET_BYTES)}"


def _with_secret(row: Webhook, secret: str) -> NewWebhook:
    return NewWebhook(**WebhookView.model_validate(row).model_dump(), secret=secret)
