"""Figures for a monitor."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.metrics import MEDIA_TYPE, metrics_text
from passgate.gateway.service import visible_nodes
from passgate.kernel.permissions import Permission
from passgate.metering.service.traffic import traffic_of_the_month

router = APIRouter(prefix="/api/v1/metrics", tags=["calls"])


@router.get(
    "",
    dependencies=[needs(Permission.CALL_READ)],
    response_class=Response,
    responses={HTTPStatus.OK: {"content": {"text/plain": {}}, "description": "The text format of Prometheus."}},
)
def get_metrics(edge: CurrentEdge, actor: CurrentActor) -> Response:
    """Calls, errors, durations, tokens and cost of your teams, and how far the nodes are, as Prometheus reads them.

    Counters begin anew with each month (UTC). The nodes are told to those who may see them.
    """
    with edge.storage.reading() as work:
        nodes, traffic = visible_nodes(actor, work), traffic_of_the_month(actor, work)
    return Response(metrics_text(traffic, nodes), media_type=MEDIA_TYPE)
