from datetime import UTC, datetime

from moving_clock import MovingClock
from passgate.kernel.ids import IdFactory


def test_ids_sort_by_time_whatever_the_chance(clock: MovingClock) -> None:
    first = IdFactory(clock, lambda length: b"\xff" * length).new("app")
    clock.advance(milliseconds=1)
    second = IdFactory(clock, lambda length: b"\x00" * length).new("app")
    assert first < second
    assert first.startswith("app_")
    assert len(first) == len("app_") + 26


def test_two_ids_of_one_moment_differ() -> None:
    clock = MovingClock()
    ids = IdFactory(clock)
    assert ids.new("x") != ids.new("x")


def test_a_secret_has_256_bits() -> None:
    secret = IdFactory(MovingClock()).secret("pg")
    assert len(bytes.fromhex(secret.removeprefix("pg_"))) == 32


def test_the_clock_of_the_fixture_is_in_utc(clock: MovingClock) -> None:
    assert clock.now() == clock.now().astimezone(UTC)
    assert isinstance(clock.now(), datetime)
