"""Calls of which a worker told and Envoy did not.

Envoy writes its access log in a thread of its own; killed with ``kill -9`` it may take along the last few lines of
answers that the callers already have. The worker's usage line of such an AI call is on disk, so the call is made out of
it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from passgate.metering.records import CallLine, UsageLine

PATIENCE = timedelta(seconds=8)
"""How long a usage waits for its call; a client that is slow to read keeps Envoy from writing it."""


@dataclass(slots=True)
class UnloggedCalls:
    """Usages of this process's time whose calls have not come, by request id, the oldest first."""

    patience: timedelta = PATIENCE
    _waiting: dict[str, tuple[datetime, UsageLine]] = field(default_factory=dict)
    _early: dict[str, datetime] = field(default_factory=dict)
    """Calls whose usage has not come: it stands in the batch behind, or there is none (refused at the gate)."""

    def note(self, usages: Iterable[UsageLine], calls: Iterable[CallLine], now: datetime) -> None:
        """Take note of what one batch brought, in a committed transaction."""
        for call in calls:
            if self._waiting.pop(call.request_id, None) is None and call.route == "ai":
                self._early[call.request_id] = now
        for usage in usages:
            if self._early.pop(usage.request_id, None) is None:
                self._waiting[usage.request_id] = (now, usage)

    def usage_of(self, request_id: str) -> UsageLine | None:
        """The usage that waits for that call."""
        found = self._waiting.get(request_id)
        return None if found is None else found[1]

    def due(self, now: datetime) -> Sequence[CallLine]:
        """The calls that are given up waiting for, made out of their usages; they are forgotten here."""
        before = now - self.patience
        for request_id in list(takewhile(lambda one: self._early[one] <= before, self._early)):
            del self._early[request_id]
        due = list(takewhile(lambda one: self._waiting[one][0] <= before, self._waiting))
        return [_call_of(self._waiting.pop(request_id)[1]) for request_id in due]


def _call_of(usage: UsageLine) -> CallLine:
    """What the usage knows of its call. Its path, its client and its bytes only Envoy knew."""
    return CallLine(
        request_id=usage.request_id,
        start=usage.start,
        method="POST",
        path=None,
        status=usage.status,
        details=None,
        flags=None,
        duration_ms=usage.latency_ms,
        upstream_ms=None,
        bytes_in=0,
        bytes_out=0,
        attempts=None,
        route="ai",
        service_id=None,
        jti=usage.jti,
        subject=usage.subject,
        application_id=usage.application_id,
        user_agent=None,
        client_ip=None,
        issuer=usage.subject.partition("|")[0] if "|" in usage.subject else None,
        foreign_client=None,
        foreign_subject=None,
        foreign_jti=None,
        started_at=usage.started_at,
    )
