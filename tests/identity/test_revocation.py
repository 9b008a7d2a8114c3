"""The deny list."""

import threading

from sqlalchemy import select

from factories import make_application, make_team, make_token
from moving_clock import MovingClock
from passgate.contracts.revocation_list import DenyIndex, TokenFacts
from passgate.identity.models import RevocationEntry, SetupLink
from passgate.identity.schemas import IssuedToken
from passgate.identity.service.applications import delete_application
from passgate.identity.service.revocation import (
    latest_seq,
    live_jtis_of,
    purge_expired,
    refusal_of,
    revocations_since,
)
from passgate.identity.service.setup import new_setup_link
from passgate.identity.service.token_revocation import revoke_application_tokens, revoke_token
from passgate.kernel.actor import Actor
from passgate.kernel.clock import epoch_seconds
from passgate.storage.work import Storage, Work


def facts_of(issued: IssuedToken) -> TokenFacts:
    row = issued.row
    return TokenFacts(row.jti, row.subject, row.application_id, epoch_seconds(row.issued_at))


def is_refused(work: Work, issued: IssuedToken) -> bool:
    by_database = refusal_of(work, facts_of(issued)) is not None
    by_node = DenyIndex(revocations_since(work, 0)).refusal(facts_of(issued)) is not None
    assert by_database == by_node
    return by_database


def test_one_token_falls_and_its_sister_does_not(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        one, sister = make_token(work, application), make_token(work, application)
        revoke_token(admin, work, one.row.jti)
        assert is_refused(work, one)
        assert not is_refused(work, sister)


def test_tokens_of_the_same_second_before_a_revocation_fall_and_those_after_it_hold(
    storage: Storage, admin: Actor, clock: MovingClock
) -> None:
    with storage.writing() as work:
        application = make_application(work)
        before = make_token(work, application)
        revoke_application_tokens(admin, work, application.id)
        after = make_token(work, application)
        assert is_refused(work, before)
        assert not is_refused(work, after)
        assert epoch_seconds(after.row.issued_at) == epoch_seconds(clock.now()) + 1
        clock.advance(seconds=2)
        assert epoch_seconds(make_token(work, application).row.issued_at) == epoch_seconds(clock.now())


def test_an_application_without_live_tokens_needs_no_entry(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        assert revoke_application_tokens(admin, work, application.id).count == 0
        assert revocations_since(work, 0) == []


def test_an_entry_carries_what_a_node_needs(storage: Storage, admin: Actor, clock: MovingClock) -> None:
    with storage.writing() as work:
        application = make_application(work)
        make_token(work, application, lifetime_seconds=100)
        make_token(work, application, lifetime_seconds=500)
        delete_application(admin, work, application.id)
        (entry,) = revocations_since(work, 0)
    now = epoch_seconds(clock.now())
    assert (entry.kind, entry.value, entry.reason) == ("application", application.id, "application deleted")
    assert entry.not_before == now + 1
    assert entry.expires_at >= now + 500 + 60


def test_a_node_asks_for_what_it_does_not_have(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        application = make_application(work)
        tokens = [make_token(work, application) for _ in range(3)]
        for issued in tokens:
            revoke_token(admin, work, issued.row.jti)
        assert [entry.value for entry in revocations_since(work, 1)] == [issued.row.jti for issued in tokens[1:]]
        assert latest_seq(work) == 3


def test_expansion_names_the_refused_tokens_that_still_live(storage: Storage, admin: Actor, clock: MovingClock) -> None:
    with storage.writing() as work:
        team = make_team(work)
        application, other = make_application(work, team), make_application(work, team, "Other")
        make_token(work, application, lifetime_seconds=10)
        lasting = make_token(work, application)
        make_token(work, other)
        revoke_application_tokens(admin, work, application.id)
        make_token(work, application, "after")
        clock.advance(seconds=10)
        for kind in ("application", "subject"):
            assert live_jtis_of(work, kind, application.id, clock.now()) == [lasting.row.jti]
        assert live_jtis_of(work, "token", lasting.row.jti, clock.now()) == [lasting.row.jti]
        assert live_jtis_of(work, "everything", "", clock.now()) == [lasting.row.jti]


def test_entries_go_once_their_tokens_have_expired_and_no_number_returns(
    storage: Storage, admin: Actor, clock: MovingClock
) -> None:
    with storage.writing() as work:
        application = make_application(work)
        revoke_token(admin, work, make_token(work, application, lifetime_seconds=60).row.jti)
        last = make_token(work, application, lifetime_seconds=600)
        revoke_token(admin, work, last.row.jti)
        clock.advance(seconds=60)
        assert purge_expired(work) == 0
        clock.advance(seconds=300)
        assert purge_expired(work) == 1
        assert [entry.value for entry in revocations_since(work, 0)] == [last.row.jti]
        clock.advance(seconds=600)
        assert purge_expired(work) == 1
        assert revoke_token(admin, work, make_token(work, application).row.jti).seq == 3


def test_what_has_had_its_time_goes(storage: Storage, admin: Actor, clock: MovingClock) -> None:
    with storage.writing() as work:
        revoke_token(admin, work, make_token(work, make_application(work), lifetime_seconds=1).row.jti)
        new_setup_link(work)
        clock.advance(days=2)
        purge_expired(work)
        assert work.session.scalars(select(RevocationEntry)).all() == []
        assert work.session.scalars(select(SetupLink)).all() == []


def test_numbers_grow_in_the_order_of_commits(storage: Storage, admin: Actor) -> None:
    """A node that has read up to a number must never find a lower one later."""
    with storage.writing() as work:
        application = make_application(work)
        first, second = make_token(work, application), make_token(work, application)
    has_begun = threading.Event()

    def revoke_second() -> None:
        has_begun.set()
        with storage.writing() as work:
            revoke_token(admin, work, second.row.jti)

    other = threading.Thread(target=revoke_second)
    with storage.writing() as work:
        revoke_token(admin, work, first.row.jti)
        other.start()
        has_begun.wait()
        other.join(0.2)
        assert other.is_alive(), "the second transaction must wait for the first to commit"
    other.join(10)
    with storage.reading() as work:
        assert [(entry.seq, entry.value) for entry in revocations_since(work, 0)] == [
            (1, first.row.jti),
            (2, second.row.jti),
        ]


def test_issuing_does_not_slip_past_a_revocation_at_the_same_moment(storage: Storage, admin: Actor) -> None:
    times = 8
    with storage.writing() as work:
        application = make_application(work)
        make_token(work, application)
    issued: list[IssuedToken] = []

    def issue() -> None:
        with storage.writing() as work:
            issued.append(make_token(work, application))

    issuers = [threading.Thread(target=issue) for _ in range(times)]
    for thread in issuers[: times // 2]:
        thread.start()
    with storage.writing() as work:
        revoke_application_tokens(admin, work, application.id)
    for thread in issuers[times // 2 :]:
        thread.start()
    for thread in issuers:
        thread.join(20)
    with storage.reading() as work:
        assert len(issued) == times
        for token in issued:
            work.session.add(token.row)
            work.session.refresh(token.row)
            assert is_refused(work, token) == (token.row.revoked_at is not None)
