"""The audit log: what is captured, that nothing can be altered unseen, and that writers do not fork the chain."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from factories import make_application, make_team, make_token, make_user
from passgate.identity.models import Application, SignInFailure, Team, Token, User
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ConflictError, ForbiddenError
from passgate.kernel.origin import Origin, serving
from passgate.kernel.sealing import Vault
from passgate.storage.audit import chain
from passgate.storage.audit.capture import Act
from passgate.storage.audit.models import AuditChain, AuditEntry
from passgate.storage.work import Storage

_DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)


def entries(storage: Storage) -> list[AuditEntry]:
    with storage.reading() as work:
        return list(work.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def problems(storage: Storage, kept: tuple[int, str] | None = None) -> list[str]:
    with storage.reading() as work:
        return list(chain.verify(work.session, storage.vault, kept).problems)


def filled(storage: Storage, count: int = 5) -> None:
    for number in range(count):
        with storage.writing() as work:
            make_team(work, f"Team {number}")


def tampered(storage: Storage, *statements: str) -> None:
    """Do what somebody with all rights on the database could do: the triggers are in the way of nobody else."""
    with storage.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        else:
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_entries_{name}"))
        for statement in statements:
            connection.execute(text(statement))


def test_a_change_is_told_with_who_where_before_and_after(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        team = make_team(work)
    with serving(Origin(admin, "192.0.2.7", "req_1")), storage.writing() as work:
        work.session.get_one(Team, team.id).name = "Payments"
    created, changed = entries(storage)
    assert (created.act, created.actor_kind, json.loads(created.after or "")["name"]) == (
        "team.created",
        "system",
        "Orders",
    )
    assert (changed.act, changed.target_id, changed.target_name) == ("team.changed", team.id, "Payments")
    assert (changed.actor_kind, changed.actor_id, changed.ip) == ("user", admin.id, "192.0.2.7")
    assert (changed.request_id, changed.team_id, changed.result) == ("req_1", team.id, "done")
    assert (changed.before, changed.after) == ('{"name":"Orders"}', '{"name":"Payments"}')


def test_a_request_of_nobody_is_told_as_such(storage: Storage) -> None:
    with serving(Origin(ip="192.0.2.7")), storage.writing() as work:
        make_team(work)
    assert entries(storage)[0].actor_kind == "nobody"


def test_secrets_are_told_as_changed_and_never_shown(storage: Storage) -> None:
    with storage.writing() as work:
        user = make_user(work)
    with storage.writing() as work:
        work.session.get_one(User, user.id).password_hash = "$argon2id$another"
    created, changed = entries(storage)
    assert "password_hash" not in json.loads(created.after or "")
    assert changed.after == '{"password_hash":"(hidden)"}'
    assert "argon2" not in "".join(f"{row.before}{row.after}" for row in entries(storage))


def test_use_alone_is_not_told(storage: Storage) -> None:
    with storage.writing() as work:
        user = make_user(work)
    before = len(entries(storage))
    with storage.writing() as work:
        work.session.get_one(User, user.id).last_login_at = work.clock.now()
        work.session.add(SignInFailure(id="fail_1", email="a@b", ip="", failed_at=work.clock.now()))
        work.session.execute(update(Token).values(last_used_at=work.clock.now()))
    assert len(entries(storage)) == before


def test_several_changes_of_one_row_are_one_act(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work)
        application.description = "later"
        work.session.flush()
    (act,) = [row for row in entries(storage) if row.target_kind == "application"]
    assert (act.act, json.loads(act.after or "")["description"]) == ("application.created", "later")
    with storage.writing() as work:
        row = work.session.get_one(Application, application.id)
        for description in ("a", "b"):
            row.description = description
            work.session.flush()
    last = entries(storage)[-1]
    assert (last.before, last.after) == ('{"description":"later"}', '{"description":"b"}')


def test_a_statement_over_many_rows_is_told_with_what_it_did(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work)
        for _ in range(3):
            make_token(work, application)
    with storage.writing() as work:
        work.session.execute(
            update(Token).where(Token.application_id == application.id).values(revoked_reason="leaked")
        )
    last = entries(storage)[-1]
    assert last.act == "token.changed"
    assert json.loads(last.after or "") == {"rows": 3, "revoked_reason": "leaked"}
    assert application.id in (last.before or "")


def test_a_statement_with_returning_is_told_and_still_returns(storage: Storage) -> None:
    with storage.writing() as work:
        make_team(work, "a")
        make_team(work, "b")
    for told in (2, 0):
        with storage.writing() as work:
            gone = work.session.execute(delete(Team).returning(Team.name)).all()
        assert len(gone) == told
    last = entries(storage)[-1]
    assert (len(entries(storage)), last.act, last.after) == (3, "team.deleted", '{"rows":2}')


def test_what_is_rolled_back_is_not_told(storage: Storage) -> None:
    def refused() -> None:
        with storage.writing() as work:
            make_team(work)
            raise ConflictError("no")

    with pytest.raises(ConflictError):
        refused()
    assert entries(storage) == []


def test_a_refusal_is_told_once_a_minute(storage: Storage, admin: Actor) -> None:
    for seconds in (0, 59, 1):
        storage.clock.advance(seconds=seconds)
        storage.tell_refusal(ForbiddenError("This needs the permission key:write."), Origin(admin, "192.0.2.7"))
    storage.tell_refusal(ConflictError("not a matter of permission"), Origin(admin))
    told = entries(storage)
    assert [(row.act, row.result, row.reason) for row in told] == [
        ("access.refused", "refused", "permission_missing")
    ] * 2
    assert "key:write" in (told[0].after or "")


def test_an_untouched_log_is_whole(storage: Storage) -> None:
    assert problems(storage) == []
    filled(storage)
    with storage.reading() as work:
        found = chain.verify(work.session, storage.vault)
    assert (found.is_whole, found.entries, found.seq) == (True, 5, 5)
    assert found.hash == entries(storage)[-1].hash


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE audit_entries SET actor_id = 'somebody else' WHERE seq = 3"], "Entry 3 was changed"),
        (["UPDATE audit_entries SET after = '{}' WHERE seq = 3"], "Entry 3 was changed"),
        (["DELETE FROM audit_entries WHERE seq = 3"], "Entry 3 is missing."),
        (["DELETE FROM audit_entries WHERE seq > 3"], "Entries 4 to 5 are missing."),
        (["DELETE FROM audit_entries WHERE seq < 3"], "Entries 1 to 2 are missing."),
        (
            [
                "UPDATE audit_entries SET seq = 99 WHERE seq = 2",
                "UPDATE audit_entries SET seq = 2 WHERE seq = 4",
                "UPDATE audit_entries SET seq = 4 WHERE seq = 99",
            ],
            "Entry 2 was changed",
        ),
        (
            [
                "DELETE FROM audit_entries WHERE seq > 3",
                "UPDATE audit_chain SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE seq = 3)",
            ],
            "The record of the chain's end was changed.",
        ),
        (
            [
                "UPDATE audit_chain SET purged_seq = 2, purged_hash = (SELECT hash FROM audit_entries WHERE seq = 2)",
                "DELETE FROM audit_entries WHERE seq <= 2",
            ],
            "The record of the chain's end was changed.",
        ),
    ],
    ids=["who", "what", "deleted", "cut off", "beginning", "swapped", "cut off neatly", "purged by a stranger"],
)
def test_tampering_is_found(storage: Storage, statements: list[str], told: str) -> None:
    filled(storage)
    tampered(storage, *statements)
    found = problems(storage)
    assert any(problem.startswith(told) for problem in found), found


def test_a_log_that_somebody_with_the_key_wrote_anew_lacks_the_end_that_was_kept(storage: Storage) -> None:
    filled(storage)
    kept = (entries(storage)[-1].seq, entries(storage)[-1].hash)
    filled_again = [row.act for row in entries(storage)]
    tampered(
        storage,
        "DELETE FROM audit_entries",
        "UPDATE audit_chain SET seq = 0, hash = '', mac = '', purged_seq = 0, purged_hash = ''",
    )
    storage.clock.advance(hours=1)
    with storage.writing() as work:
        for act in filled_again:
            work.note(Act(act))
    assert problems(storage) == []
    assert problems(storage, kept) == ["Entry 5 is not the one whose hash was kept."]


def test_an_end_that_was_kept_is_still_there_later(storage: Storage) -> None:
    filled(storage, 3)
    kept = (entries(storage)[-1].seq, entries(storage)[-1].hash)
    with storage.writing() as work:
        make_team(work, "one more")
    assert problems(storage, kept) == []
    assert problems(storage, (9, "0" * 64)) == ["Entries 5 to 9 are missing."]


def test_another_master_key_cannot_check_nor_forge(storage: Storage) -> None:
    filled(storage)
    stranger = replace(storage, vault=Vault.of(b"\x08" * 32))
    assert "cannot be opened" in problems(stranger)[0]


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET ip = ''", "DELETE FROM audit_entries"])
def test_the_database_refuses_to_change_entries(storage: Storage, statement: str) -> None:
    filled(storage, 1)
    with pytest.raises(DatabaseError, match="append-only") as refused, storage.engine.begin() as connection:
        connection.execute(text(statement))
    assert isinstance(refused.value.orig, _DRIVER_ERRORS)
    assert problems(storage) == []


def test_after_its_time_the_beginning_goes_and_the_rest_still_verifies(storage: Storage) -> None:
    filled(storage, 3)
    storage.clock.advance(days=10)
    filled_later = storage.clock.now()
    with storage.writing() as work:
        make_team(work, "later")
    with storage.writing() as work:
        assert chain.purge(work.session, storage.vault, filled_later) == 3
        assert chain.purge(work.session, storage.vault, filled_later) == 0
        work.note(Act("audit_log.purged"))
    assert [row.seq for row in entries(storage)] == [4, 5]
    assert problems(storage) == []


def test_racing_writers_make_one_chain(storage: Storage) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            with storage.writing() as work:
                work.note(Act(f"race.{number}.{turn}"))

    racing = replace(storage)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    told = entries(racing)
    assert [row.seq for row in told] == list(range(1, 81))
    assert len({row.act for row in told}) == 80
    assert problems(storage) == []
    with storage.reading() as work:
        assert work.session.get_one(AuditChain, 1).seq == 80


def test_what_an_application_gets_by_its_own_credentials_is_in_the_registry_only() -> None:
    assert Token(application_id="app_1", issued_by="user_1").is_audited()
    assert not Token(application_id="app_1", issued_by="app_1").is_audited()
