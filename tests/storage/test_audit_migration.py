"""There and back through the migration of audit, roles and sessions: nobody loses a membership or a session."""

from alembic import command
from sqlalchemy import text

from factories import PASSWORD, make_team, make_user
from passgate.identity.service.sessions import session_of, sign_in
from passgate.kernel.permissions import Role
from passgate.storage.engine import WRITE_OPTION
from passgate.storage.migration import alembic_config, migrate
from passgate.storage.work import Storage


def test_people_stay_as_they_were(storage: Storage) -> None:
    with storage.writing() as work:
        team = make_team(work)
        user = make_user(work, roles={team.id: Role.DEVELOPER})
        _, secret = sign_in(work, user.email, PASSWORD, "192.0.2.1", "a browser")
    with storage.engine.connect().execution_options(**{WRITE_OPTION: True}) as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0009_issuers")
    migrate(storage.engine)
    with storage.writing() as work:
        assert work.session.execute(text("SELECT role FROM memberships")).scalars().all() == ["developer"]
        found = session_of(work, secret)
        assert found is not None
        assert found.idle_seconds == 12 * 3600
        make_team(work, "after")
        assert work.session.execute(text("SELECT seq FROM audit_chain")).scalars().all() == [0]
