from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from passgate.identity.models import Application, Team, Token
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.permissions import ROLE_PERMISSIONS, Role
from passgate.metering.ingest import Ingester, SpoolLimits
from passgate.metering.models import Call, CallHour, SpoolOffset, Usage, UsageHour
from passgate.publishing.models import Service
from passgate.storage.work import Storage, Work


@dataclass
class Node:
    """A node's spool folder and what reads it."""

    storage: Storage
    folder: Path
    limits: SpoolLimits = field(default_factory=lambda: SpoolLimits(batch=50))
    reopened: int = 0

    def __post_init__(self) -> None:
        self.ingester = self.restarted()

    def restarted(self) -> Ingester:
        """An ingester that knows nothing but what the database tells."""
        self.ingester = Ingester(self.storage, self.folder, "node-1", self._reopen, self.limits)
        return self.ingester

    def write(self, name: str, *lines: bytes) -> Path:
        """Append to a spool file."""
        path = self.folder / name
        with path.open("ab") as file:
            file.writelines(lines)
        return path

    def drain(self) -> int:
        """Take all there is."""
        taken = 0
        while rows := self.ingester.run_once():
            taken += rows
        return taken

    def _reopen(self) -> None:
        self.reopened += 1


@pytest.fixture
def node(storage: Storage, tmp_path: Path) -> Node:
    with storage.writing() as work:
        add_owners(work)
    folder = tmp_path / "spool"
    folder.mkdir()
    return Node(storage, folder)


def add_owners(work: Work) -> None:
    """Two teams with an application and a token each, and a service of the blue one."""
    now = work.clock.now()
    for letter, team in (("a", "team_red"), ("b", "team_blue")):
        work.session.add(Team(id=team, name=team, created_at=now))
        work.session.flush()
        work.session.add(
            Application(
                id=f"app_{letter}",
                team_id=team,
                name=f"App {letter.upper()}",
                description="",
                is_active=True,
                created_at=now,
                created_by="user_1",
            )
        )
        work.session.add(
            Token(
                jti=f"tok_{letter}",
                kind="application",
                name="ci",
                subject=f"app_{letter}",
                application_id=f"app_{letter}",
                team_id=team,
                audience="passgate",
                scopes=[],
                kid="key_1",
                issued_by="user_1",
                issued_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
    work.session.add(
        Service(
            id="svc_orders",
            team_id="team_blue",
            name="Orders",
            description="",
            base_path="/orders",
            strip_base_path=True,
            status="published",
            created_at=now,
            created_by="user_1",
        )
    )


def member(*teams: str) -> Actor:
    """A viewer in those teams."""
    return Actor(ActorKind.USER, "user_1", "Vi", by_team=dict.fromkeys(teams, ROLE_PERMISSIONS[Role.VIEWER]))


def rows_of(
    storage: Storage, table: type[Call | Usage | CallHour | UsageHour | SpoolOffset]
) -> list[dict[str, object]]:
    """All rows, in a fixed order; without what depends on the order of arrival."""
    with storage.reading() as work:
        found = work.session.execute(select(table.__table__)).mappings().all()
    rows = [{name: value for name, value in row.items() if name not in {"id", "read_at"}} for row in found]
    return sorted(rows, key=lambda row: sorted((name, repr(value)) for name, value in row.items()))


def assert_sums_agree(storage: Storage) -> None:
    """The hourly sums say what the rows say."""
    with storage.reading() as work:
        session = work.session
        rows = session.execute(select(func.count(Call.id), func.coalesce(func.sum(Call.duration_ms), 0))).one()
        sums = session.execute(select(func.sum(CallHour.calls), func.sum(CallHour.latency_ms))).one()
        assert tuple(map(int, rows)) == tuple(int(value or 0) for value in sums)
        columns = (Usage.tokens_in, Usage.tokens_out, Usage.cost)
        used = session.execute(select(func.count(), *map(func.sum, columns)).select_from(Usage)).one()
        sums_used = (UsageHour.calls, UsageHour.tokens_in, UsageHour.tokens_out, UsageHour.cost)
        summed = session.execute(select(*map(func.sum, sums_used))).one()
        assert [int(value or 0) for value in used] == [int(value or 0) for value in summed]
