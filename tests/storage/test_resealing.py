"""Sealing every stored secret anew."""

from dataclasses import replace

import pytest
from sqlalchemy import Text

import passgate.catalog.models
import passgate.gateway.models
import passgate.metering.models
import passgate.publishing.models  # noqa: F401 - all tables, so that none is forgotten
from passgate.identity.models import SigningKey
from passgate.identity.service.keys import active_key, ensure_signing_key, sign
from passgate.kernel.sealing import UnsealError, Vault
from passgate.storage.base import Base
from passgate.storage.resealing import reseal, sealed_columns, sealing_keys
from passgate.storage.work import Storage

OLD, NEW = b"\x07" * 32, b"\x09" * 32


def test_every_column_of_a_sealed_secret_is_found() -> None:
    found = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert {"signing_keys.sealed_private_jwk", "providers.sealed_api_key"} <= found
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed_") and isinstance(column.type, Text)
    }
    assert named <= found, "a column that is named after a sealed secret holds it as plain text"


def test_what_is_sealed_opens_under_the_new_key_alone(storage: Storage) -> None:
    with storage.writing() as work:
        ensure_signing_key(work)
        active_key(work, "EdDSA").sealed_private_jwk = None
    both, new = Vault.of(NEW, OLD), Vault.of(NEW)
    with replace(storage, vault=both).writing() as work:
        before = sealing_keys(work)
        assert before[Vault.of(OLD).current] == before.total() > 0
        assert reseal(work) == before.total()
        assert reseal(work) == 0
        assert sealing_keys(work) == {new.current: before.total()}
    with replace(storage, vault=new).writing() as work:
        assert sign(work, ensure_signing_key(work), "at+jwt", {})
        edwards = work.session.query(SigningKey).filter_by(algorithm="EdDSA").one()
        assert edwards.sealed_private_jwk is None


def test_a_secret_under_an_unknown_key_stops_it_and_nothing_changes(storage: Storage) -> None:
    with storage.writing() as work:
        ensure_signing_key(work)
    with pytest.raises(UnsealError), replace(storage, vault=Vault.of(NEW)).writing() as work:
        reseal(work)
    with storage.reading() as work:
        assert set(sealing_keys(work)) == {Vault.of(OLD).current}
