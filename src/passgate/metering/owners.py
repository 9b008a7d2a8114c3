"""Whose call it was: the team of the application or, where none is known, of the service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace
from sqlalchemy.orm import Session

from passgate.identity.issuers.models import TrustedIssuer
from passgate.metering.records import CallLine
from passgate.metering.repository.owners import teams_of_applications, teams_of_services, trusted_issuers

_REMEMBERED = 50_000


@dataclass(slots=True)
class Owners:
    """Teams by application and by service; neither ever changes its team, so what was looked up holds."""

    applications: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)

    def learn(self, session: Session, calls: Sequence[CallLine]) -> None:
        """Look up the teams of the applications and services that are not known yet."""
        applications = {call.application_id for call in calls}
        self.applications.update(teams_of_applications(session, _unknown(applications, self.applications)))
        services = {call.service_id for call in calls}
        self.services.update(teams_of_services(session, _unknown(services, self.services)))

    def team_of(self, call: CallLine) -> str | None:
        """The team of a call whose owners were looked up; None where there is none (any more)."""
        team = self.applications.get(call.application_id) if call.application_id is not None else None
        if team is None and call.service_id is not None:
            return self.services.get(call.service_id)
        return team


def named_calls(session: Session, calls: Sequence[CallLine]) -> Sequence[CallLine]:
    """The calls, those with a trusted issuer's token named as the workers name them.

    The application is the one that the issuer's settings say now; the subject is ``<issuer's id>|<sub>``. A call whose
    issuer was removed meanwhile stays without them.
    """
    issuers = {call.issuer for call in calls if call.issuer}
    if not issuers:
        return calls
    known = trusted_issuers(session, issuers)
    return [_named(call, known.get(call.issuer)) if call.issuer else call for call in calls]


def _named(call: CallLine, issuer: TrustedIssuer | None) -> CallLine:
    if issuer is None:
        return replace(call, jti=call.foreign_jti)
    by_claim = issuer.applications.get(call.foreign_client or "")
    return replace(
        call,
        jti=call.foreign_jti,
        subject=f"{issuer.id}|{call.foreign_subject or ''}",
        application_id=issuer.application_id if issuer.application_claim is None else by_claim,
    )


def _unknown(ids: Collection[str | None], known: dict[str, str]) -> Collection[str]:
    if len(known) > _REMEMBERED:
        known.clear()
    return {one for one in ids if one is not None and one not in known}
