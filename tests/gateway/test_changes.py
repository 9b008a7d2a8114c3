"""What a node reads anew, where the database is another than it was."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from factories import make_application, make_team, make_token
from moving_clock import MovingClock
from passgate.contracts.revocation_list import RevocationList
from passgate.gateway.changes import ChangeReader
from passgate.identity.models import Token
from passgate.identity.service.revocation import purge_expired, revoke_jti
from passgate.kernel.actor import Actor
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault
from passgate.storage.engine import open_engine
from passgate.storage.work import Storage


@pytest.fixture
def storage(sqlite_url: str, clock: MovingClock, ids: IdFactory, vault: Vault) -> Storage:
    return Storage(open_engine(sqlite_url), clock, ids, vault)


def revoke_one(storage: Storage, admin: Actor) -> str:
    """The jti of a token that is made and revoked."""
    with storage.writing() as work:
        jti = make_token(work, make_application(work, make_team(work, name=work.ids.new("name")))).row.jti
        token = work.session.get(Token, jti)
        assert token is not None
        revoke_jti(admin, work, token, "leaked")
    return jti


def restore(storage: Storage, backup: Path) -> None:
    storage.engine.dispose()
    path = str(make_url(str(storage.engine.url)).database)
    for name in (f"{path}-wal", f"{path}-shm"):
        Path(name).unlink(missing_ok=True)
    shutil.copyfile(backup, path)


def back_up(storage: Storage, to: Path) -> Path:
    with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.connection.execute(f"VACUUM INTO '{to}'")  # type: ignore[attr-defined]  # sqlite3's own
    return to


def values(found: RevocationList | None) -> set[str]:
    assert found is not None
    return {entry.value for entry in found.entries}


def test_what_is_revoked_after_a_backup_was_restored_is_in_force(
    storage: Storage, admin: Actor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its number was given to another entry before, which the node knows."""
    changes = ChangeReader(storage)
    first = revoke_one(storage, admin)
    backup = back_up(storage, tmp_path / "backup.db")
    lost = revoke_one(storage, admin)
    assert values(changes.revocations()) == {first, lost}
    restore(storage, backup)
    fresh = revoke_one(storage, admin)
    found = changes.revocations()
    assert values(found) == {first, lost, fresh}
    assert found is not None
    assert found.seq == 2
    assert "1 revocations in force here are not in the database" in caplog.text
    assert changes.revocations() is None


def test_what_the_database_forgot_stays_revoked(storage: Storage, admin: Actor, tmp_path: Path) -> None:
    changes = ChangeReader(storage)
    backup = back_up(storage, tmp_path / "backup.db")
    lost = revoke_one(storage, admin)
    assert values(changes.revocations()) == {lost}
    restore(storage, backup)
    assert values(changes.revocations()) == {lost}
    assert changes.revocations() is None


def test_all_is_read_anew_after_the_database_was_away(storage: Storage, admin: Actor, tmp_path: Path) -> None:
    """It may have gone back and come beyond the known numbers meanwhile, which no number tells."""
    changes = ChangeReader(storage)
    backup = back_up(storage, tmp_path / "backup.db")
    lost = revoke_one(storage, admin)
    changes.revocations()
    with storage.engine.begin() as connection:
        connection.execute(text("ALTER TABLE revocations RENAME TO away"))
    with pytest.raises(Exception, match="no such table"):
        changes.revocations()
    restore(storage, backup)
    fresh = {revoke_one(storage, admin) for _ in range(3)}
    assert values(changes.revocations()) == {lost, *fresh}


def test_entries_that_expire_are_no_older_backup(
    storage: Storage, admin: Actor, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    changes = ChangeReader(storage)
    revoke_one(storage, admin)
    changes.revocations()
    clock.advance(seconds=2 * 3600)
    assert values(changes.revocations()) == set()
    with storage.writing() as work:
        purge_expired(work)
    assert changes.revocations() is None
    fresh = revoke_one(storage, admin)
    assert values(changes.revocations()) == {fresh}
    assert "not in the database" not in caplog.text
