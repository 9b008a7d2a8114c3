"""Calls as people read them: joined with usage and with the names of what they point at."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from passgate.metering.ledger.repository import costs_of_requests
from passgate.metering.models import Call, Usage
from passgate.metering.repository.owners import application_names, provider_names, service_names
from passgate.metering.schemas import CallKind, CallView, TriedView, UsageView
from passgate.publishing.operation_of_call import CalledPath, operations_of


def call_views(session: Session, calls: Sequence[Call]) -> list[CallView]:
    """Views of those calls, in their order."""
    requests = {call.request_id for call in calls if call.kind == "ai"}
    usages = session.scalars(select(Usage).where(Usage.request_id.in_(requests))).all() if requests else ()
    involved = {usage.provider_id for usage in usages if usage.provider_id}
    involved |= {one["provider_id"] for usage in usages for one in usage.tried}
    providers = provider_names(session, involved)
    corrected = costs_of_requests(session, {usage.request_id for usage in usages})
    used = {
        usage.request_id: _usage_view(usage, providers, corrected.get(usage.request_id, usage.cost)) for usage in usages
    }
    applications = application_names(session, {call.application_id for call in calls if call.application_id})
    services = service_names(session, {call.service_id for call in calls if call.service_id})
    views = [_call_view(call, applications, services, used.get(call.request_id)) for call in calls]
    return _with_operations(session, views)


def _with_operations(session: Session, views: list[CallView]) -> list[CallView]:
    """The route of each call where the gate named none."""
    asked = {
        view.id: CalledPath(view.revision_id, view.method, view.path)
        for view in views
        if view.route_id is None and view.revision_id is not None and view.method and view.path
    }
    if not asked:
        return views
    found = operations_of(session, asked.values())
    return [
        view.model_copy(update={"route_id": found[asked[view.id]]}) if asked.get(view.id) in found else view
        for view in views
    ]


def _call_view(
    call: Call, applications: Mapping[str, str], services: Mapping[str, str], usage: UsageView | None
) -> CallView:
    return CallView(
        id=call.id,
        request_id=call.request_id,
        started_at=call.started_at,
        node=call.node,
        kind=cast("CallKind", call.kind),
        method=call.method,
        path=call.path,
        status=call.status,
        code=call.code,
        duration_ms=call.duration_ms,
        upstream_ms=call.upstream_ms,
        bytes_in=call.bytes_in,
        bytes_out=call.bytes_out,
        attempts=call.attempts,
        team_id=call.team_id,
        application_id=call.application_id,
        application_name=applications.get(call.application_id or ""),
        service_id=call.service_id,
        service_name=services.get(call.service_id or ""),
        model=call.model,
        jti=call.jti,
        subject=call.subject,
        client_ip=call.client_ip,
        user_agent=call.user_agent,
        version_id=call.version_id,
        revision_id=call.revision_id,
        route_id=call.route_id,
        cached=call.cached or (usage is not None and usage.cached),
        usage=usage,
    )


def _usage_view(usage: Usage, providers: Mapping[str, str], cost: int) -> UsageView:
    return UsageView(
        format_in=usage.format_in,
        provider_id=usage.provider_id,
        provider_name=providers.get(usage.provider_id or ""),
        vendor=usage.vendor,
        vendor_model=usage.vendor_model,
        deployment_id=usage.deployment_id,
        stream=usage.stream,
        outcome=usage.outcome,
        error_code=usage.error_code,
        tokens_in=usage.tokens_in,
        tokens_out=usage.tokens_out,
        cached_tokens_in=usage.cached_tokens_in,
        cache_write_tokens=usage.cache_write_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        audio_tokens_in=usage.audio_tokens_in,
        audio_tokens_out=usage.audio_tokens_out,
        cache_write_long_tokens=usage.cache_write_long_tokens,
        images=usage.images,
        usage_source=usage.usage_source,
        cost_micro_dollars=cost,
        price_version=usage.price_version,
        latency_ms=usage.latency_ms,
        first_token_ms=usage.first_token_ms,
        finish_reason=usage.finish_reason,
        dropped=tuple(usage.dropped),
        cached=usage.cached,
        chosen_by=usage.chosen_by,
        answered_model=usage.answered_model,
        key=usage.key,
        tried=tuple(
            TriedView.model_validate({**one, "provider_name": providers.get(one.get("provider_id", ""))})
            for one in usage.tried
        ),
    )
