"""Whose call it was: the team of the application or, where none is known, of the service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from passgate.metering.records import Row
from passgate.metering.repository.owners import teams_of_applications, teams_of_services

_REMEMBERED = 50_000


@dataclass(slots=True)
class Owners:
    """Teams by application and by service; neither ever changes its team, so what was looked up holds."""

    applications: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)

    def assign(self, session: Session, rows: Sequence[Row]) -> None:
        """Put the team into call rows."""
        unknown = _unknown(rows, "application_id", self.applications)
        self.applications.update(teams_of_applications(session, unknown))
        unknown = _unknown(rows, "service_id", self.services)
        self.services.update(teams_of_services(session, unknown))
        for row in rows:
            team = self.applications.get(row["application_id"])
            row["team_id"] = self.services.get(row["service_id"]) if team is None else team


def _unknown(rows: Sequence[Row], column: str, known: dict[str, str]) -> Collection[str]:
    if len(known) > _REMEMBERED:
        known.clear()
    return {row[column] for row in rows if row[column] is not None and row[column] not in known}
