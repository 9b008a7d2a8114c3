"""Whose call it was: the team of the application or, where none is known, of the service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from passgate.metering.records import CallLine
from passgate.metering.repository.owners import teams_of_applications, teams_of_services

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


def _unknown(ids: Collection[str | None], known: dict[str, str]) -> Collection[str]:
    if len(known) > _REMEMBERED:
        known.clear()
    return {one for one in ids if one is not None and one not in known}
