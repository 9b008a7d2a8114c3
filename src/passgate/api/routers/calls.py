"""Calls: what came through the gate."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from passgate.api.dependencies import CurrentActor, CurrentEdge, needs
from passgate.api.paging import PageOf, PageQuery
from passgate.kernel.permissions import Permission
from passgate.metering.bodies.schemas import BodyView
from passgate.metering.bodies.service import read_body
from passgate.metering.ledger.entries import call_ledger
from passgate.metering.ledger.schemas import CallLedger
from passgate.metering.schemas import CallFilter, CallKind, CallView, StatusClass
from passgate.metering.service import calls as service

router = APIRouter(prefix="/api/v1/calls", tags=["calls"])

_LARGEST_ID = 2**63 - 1


def _moments(
    since: Annotated[datetime | None, Query(description="Started at this moment (with a zone) or later.")] = None,
    until: Annotated[datetime | None, Query(description="Started before this moment (with a zone).")] = None,
) -> tuple[datetime | None, datetime | None]:
    return since, until


def _targets(
    application_id: Annotated[str | None, Query(max_length=40)] = None,
    service_id: Annotated[str | None, Query(max_length=40)] = None,
    model: Annotated[str | None, Query(max_length=200, description="Public name.")] = None,
) -> tuple[str | None, str | None, str | None]:
    return application_id, service_id, model


def _wanted(
    moments: Annotated[tuple[datetime | None, datetime | None], Depends(_moments)],
    targets: Annotated[tuple[str | None, str | None, str | None], Depends(_targets)],
    kind: Annotated[CallKind | None, Query()] = None,
    status_class: Annotated[StatusClass | None, Query(description="`error`: no answer, or one from 400 up.")] = None,
    text: Annotated[
        str | None,
        Query(
            max_length=200,
            description="A request id, or part of path, code, subject, token id, client address or user agent.",
        ),
    ] = None,
) -> CallFilter:
    application_id, service_id, model = targets
    return CallFilter(moments[0], moments[1], application_id, service_id, model, kind, status_class, text)


@router.get("", dependencies=[needs(Permission.CALL_READ)])
def list_calls(
    edge: CurrentEdge, actor: CurrentActor, page: PageQuery, wanted: Annotated[CallFilter, Depends(_wanted)]
) -> PageOf[CallView]:
    """Calls of your teams, newest first.

    A page that searches (by kind, status, text) may hold fewer calls than asked for and still have a next one.
    """
    with edge.storage.reading() as work:
        found = service.list_calls(actor, work, wanted, page)
    return PageOf[CallView](items=list(found.items), next_cursor=found.next_cursor)


@router.get("/{call_id}", dependencies=[needs(Permission.CALL_READ)])
def get_call(edge: CurrentEdge, actor: CurrentActor, call_id: Annotated[int, Path(ge=1, le=_LARGEST_ID)]) -> CallView:
    """One call."""
    with edge.storage.reading() as work:
        return service.get_call(actor, work, call_id)


@router.get("/{call_id}/ledger", dependencies=[needs(Permission.CALL_READ)])
def get_ledger(
    edge: CurrentEdge, actor: CurrentActor, call_id: Annotated[int, Path(ge=1, le=_LARGEST_ID)]
) -> CallLedger:
    """What an AI call was charged: count times price of each kind, first and after each correction of prices."""
    with edge.storage.reading() as work:
        return call_ledger(actor, work, call_id)


@router.get("/{call_id}/body", dependencies=[needs(Permission.BODY_READ)])
def get_body(edge: CurrentEdge, actor: CurrentActor, call_id: Annotated[int, Path(ge=1, le=_LARGEST_ID)]) -> BodyView:
    """What an AI call said, where its application logs that. The audit log tells who has read it."""
    with edge.storage.writing() as work:
        return read_body(actor, work, call_id)
