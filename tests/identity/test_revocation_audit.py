"""A revocation stands in the audit log: each token, who ended it, and why."""

import json

import pytest
from sqlalchemy import select

from factories import make_application, make_token
from passgate.identity import token_families
from passgate.identity.service.token_revocation import revoke_application_tokens, revoke_token
from passgate.kernel.actor import Actor
from passgate.kernel.origin import Origin, serving
from passgate.storage.audit.models import AuditEntry
from passgate.storage.work import Storage


def revocations(storage: Storage) -> list[tuple[str, str, str, str]]:
    """Target, its name, who, and why."""
    with storage.reading() as work:
        rows = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "token.revoked").order_by(AuditEntry.seq)
        )
        return [(row.target_id, row.target_name, row.actor_id, json.loads(row.after or "")["reason"]) for row in rows]


def test_a_revoked_token_is_told(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        token = make_token(work, make_application(work), "ci").row
    with serving(Origin(admin, "192.0.2.7", "req_1")), storage.writing() as work:
        revoke_token(admin, work, token.jti, "leaked")

    assert revocations(storage) == [(token.jti, "ci", admin.id, "leaked")]


def test_of_many_the_first_are_named_and_the_rest_counted(
    storage: Storage, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_families, "_NOTED_EACH", 2)
    with storage.writing() as work:
        application = make_application(work)
        jtis = [make_token(work, application, "ci").row.jti for _ in range(5)]
    with storage.writing() as work:
        revoke_application_tokens(admin, work, application.id, "compromised")

    assert [(target, name) for target, name, _, _ in revocations(storage)] == [
        (jtis[0], "ci"),
        (jtis[1], "ci"),
        ("", "3 more tokens"),
    ]
