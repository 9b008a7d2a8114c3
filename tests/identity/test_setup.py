"""The first administrator."""

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from moving_clock import MovingClock
from passgate.identity.errors import SetupLinkInvalidError
from passgate.identity.models import Membership, SetupLink, SigningKey, Team, User
from passgate.identity.schemas import SetupIn
from passgate.identity.service.sessions import sign_in
from passgate.identity.service.setup import check_setup_link, complete_setup, has_administrator, new_setup_link
from passgate.kernel.errors import ConflictError
from passgate.storage.work import Storage

FIRST = SetupIn(email="Ada@Example.com", name="Ada", password="correct horse battery")


def link_of(storage: Storage) -> str:
    with storage.writing() as work:
        return new_setup_link(work)


def test_the_link_makes_the_first_administrator_a_team_and_a_key(storage: Storage) -> None:
    secret = link_of(storage)
    with storage.writing() as work:
        assert not has_administrator(work)
        complete_setup(work, secret, FIRST)
    with storage.reading() as work:
        assert has_administrator(work)
        user, team = work.session.scalars(select(User)).one(), work.session.scalars(select(Team)).one()
        assert (user.email, user.is_admin, team.name) == ("ada@example.com", True, "Default")
        assert work.session.get(Membership, (user.id, team.id)).role == "owner"
        assert work.session.scalars(select(SigningKey)).one().status == "active"


def test_the_administrator_can_sign_in(storage: Storage) -> None:
    secret = link_of(storage)
    with storage.writing() as work:
        complete_setup(work, secret, FIRST)
    with storage.writing() as work:
        assert sign_in(work, "ada@example.com", FIRST.password, "127.0.0.1", "test")


def test_the_secret_and_the_password_are_not_stored(storage: Storage) -> None:
    secret = link_of(storage)
    with storage.writing() as work:
        complete_setup(work, secret, FIRST)
        link, user = work.session.scalars(select(SetupLink)).one(), work.session.scalars(select(User)).one()
        assert secret not in link.secret_hash
        assert user.password_hash.startswith("$argon2id$")


def test_a_link_works_once(storage: Storage) -> None:
    secret = link_of(storage)
    with storage.writing() as work:
        complete_setup(work, secret, FIRST)
    with storage.writing() as work, pytest.raises(ConflictError) as refused:
        complete_setup(work, secret, FIRST)
    assert refused.value.code == "already_set_up"


def test_a_new_link_replaces_the_one_before(storage: Storage) -> None:
    old, new = link_of(storage), link_of(storage)
    with storage.reading() as work:
        with pytest.raises(SetupLinkInvalidError):
            check_setup_link(work, old)
        check_setup_link(work, new)


def test_a_link_holds_for_a_day(storage: Storage, clock: MovingClock) -> None:
    secret = link_of(storage)
    clock.advance(hours=23, minutes=59)
    with storage.reading() as work:
        check_setup_link(work, secret)
    clock.advance(minutes=1)
    with storage.reading() as work, pytest.raises(SetupLinkInvalidError):
        check_setup_link(work, secret)


@pytest.mark.parametrize("secret", ["", "setup_", "setup_" + "0" * 64, "\ud800"])
def test_an_unknown_secret_is_refused(storage: Storage, secret: str) -> None:
    link_of(storage)
    with storage.writing() as work, pytest.raises(SetupLinkInvalidError):
        complete_setup(work, secret, FIRST)


def test_there_is_no_link_once_there_is_an_administrator(storage: Storage) -> None:
    secret = link_of(storage)
    with storage.writing() as work:
        complete_setup(work, secret, FIRST)
    with storage.writing() as work, pytest.raises(ConflictError):
        new_setup_link(work)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "eleven char"}, "password"),
        ({"password": "é" * 513}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": "a b@c.de"}, "email"),
        ({"email": "a@" + "b" * 254}, "email"),
        ({"name": " "}, "name"),
        ({"name": "A\0"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"role": "admin"}, "role"),
    ],
)
def test_unfit_input_names_its_field(changes: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SetupIn.model_validate(FIRST.model_dump() | changes)
    assert refused.value.errors()[0]["loc"] == (field,)
