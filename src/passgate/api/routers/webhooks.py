"""Webhooks: where alerts are sent."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.metering.alerts import webhooks as service
from passgate.metering.alerts.schemas import DeliveryView, NewWebhook, WebhookIn, WebhookView

router = APIRouter(prefix="/api/v1/webhooks", tags=["alerts"])

_EXAMPLE = {"name": "On call", "url": "https://hooks.example.com/passgate", "kinds": ["budget", "snapshot_rejected"]}
_Given = Annotated[WebhookIn, Body(examples=[_EXAMPLE])]


@router.get("", dependencies=[needs(Permission.ALERT_READ)])
def list_webhooks(edge: CurrentEdge, actor: CurrentActor, page: PageQuery) -> PageOf[WebhookView]:
    """Webhooks of your teams."""
    with edge.storage.reading() as work:
        found = service.list_webhooks(actor, work, page)
    return PageOf[WebhookView](items=list(found.items), next_cursor=found.next_cursor)


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.ALERT_WRITE)])
def create_webhook(edge: CurrentEdge, actor: CurrentActor, given: _Given) -> NewWebhook:
    """Have alerts sent to an address. The answer holds the secret that messages are signed with, this once."""
    with edge.storage.writing() as work:
        return service.create_webhook(actor, work, given)


@router.get("/{webhook_id}", dependencies=[needs(Permission.ALERT_READ)])
def get_webhook(edge: CurrentEdge, actor: CurrentActor, webhook_id: str) -> WebhookView:
    """One webhook."""
    with edge.storage.reading() as work:
        return service.get_webhook(actor, work, webhook_id)


@router.put("/{webhook_id}", dependencies=[needs(Permission.ALERT_WRITE)])
def replace_webhook(edge: CurrentEdge, actor: CurrentActor, webhook_id: str, given: _Given) -> WebhookView:
    """Replace all that a webhook says; team and secret stay."""
    with edge.storage.writing() as work:
        return service.replace_webhook(actor, work, webhook_id, given)


@router.delete("/{webhook_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.ALERT_WRITE)])
def delete_webhook(edge: CurrentEdge, actor: CurrentActor, webhook_id: str) -> None:
    """Remove a webhook."""
    with edge.storage.writing() as work:
        service.delete_webhook(actor, work, webhook_id)


@router.post("/{webhook_id}/secret", dependencies=[needs(Permission.ALERT_WRITE)])
def renew_secret(edge: CurrentEdge, actor: CurrentActor, webhook_id: str) -> NewWebhook:
    """Give it another secret, told this once; the next message is signed with it."""
    with edge.storage.writing() as work:
        return service.renew_secret(actor, work, webhook_id)


@router.post("/{webhook_id}/test", dependencies=[needs(Permission.ALERT_WRITE)])
def send_test(edge: CurrentEdge, actor: CurrentActor, webhook_id: str) -> DeliveryView:
    """Send a message that says that it is a test; its delivery tells a moment later how it went."""
    with edge.storage.writing() as work:
        return service.send_test(actor, work, webhook_id)


@router.get("/{webhook_id}/deliveries", dependencies=[needs(Permission.ALERT_READ)])
def list_deliveries(edge: CurrentEdge, actor: CurrentActor, webhook_id: str, page: PageQuery) -> PageOf[DeliveryView]:
    """What was sent and how it went, newest first."""
    with edge.storage.reading() as work:
        found = service.list_deliveries(actor, work, webhook_id, page)
    return PageOf[DeliveryView](items=list(found.items), next_cursor=found.next_cursor)
