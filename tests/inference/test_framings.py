"""Amazon's event stream and JSON lines, cut anywhere."""

import random

import pytest

from fake_vendor import event_stream_message
from passgate.inference.event_stream import EventStreamCutter
from passgate.inference.exchange.ports import EventCutter, VendorGarbageError
from passgate.inference.json_lines import JsonLineCutter
from passgate.inference.sse import OversizedEventError, SseEvent

STREAM = b"".join(
    (
        event_stream_message("messageStart", {"role": "assistant"}),
        event_stream_message("contentBlockDelta", {"delta": {"text": "é" * 300}}),
        event_stream_message("throttlingException", {"message": "slow"}, kind="exception"),
    )
)
LINES = b'{"a":1}\n\n{"b":2}\r\n{"c":3}'


def fed(cutter: EventCutter, pieces: list[bytes]) -> list[SseEvent]:
    events = [event for piece in pieces for event in cutter.feed(piece)]
    return events + cutter.rest()


def cuts(whole: bytes, seed: int) -> list[bytes]:
    dice = random.Random(seed)  # noqa: S311 - the same cuts in every run
    places = sorted(dice.randrange(len(whole) + 1) for _ in range(dice.choice((1, 4, 40))))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


def test_messages_are_whole_wherever_the_stream_is_cut() -> None:
    wanted = fed(EventStreamCutter(), [STREAM])
    assert [event.name for event in wanted] == [
        "messageStart",
        "contentBlockDelta",
        "exception:throttlingException",
    ]
    assert b"".join(event.raw for event in wanted) == STREAM
    for seed in range(50):
        assert fed(EventStreamCutter(), cuts(STREAM, seed)) == wanted


def test_lines_are_whole_wherever_the_stream_is_cut() -> None:
    wanted = fed(JsonLineCutter(), [LINES])
    assert [event.data for event in wanted] == [b'{"a":1}', b'{"b":2}\r', b'{"c":3}']
    for seed in range(50):
        assert fed(JsonLineCutter(), cuts(LINES, seed)) == wanted


@pytest.mark.parametrize("place", [0, 5, 9, 20, 60, len(STREAM) - 1])
def test_damage_is_found_after_the_whole_messages_before_it(place: int) -> None:
    damaged = STREAM[:place] + bytes([STREAM[place] ^ 0x10]) + STREAM[place + 1 :]
    cutter = EventStreamCutter()
    before = cutter.feed(damaged) if place > 60 else []
    assert len(before) == (2 if place > 60 else 0)
    with pytest.raises(VendorGarbageError):
        fed(cutter, [damaged] if place <= 60 else [b""])


def test_what_outgrows_the_limit_is_given_up() -> None:
    with pytest.raises(OversizedEventError):
        EventStreamCutter(limit=100).feed(STREAM)
    cutter = JsonLineCutter(limit=10)
    cutter.feed(b"12345678")
    with pytest.raises(OversizedEventError):
        cutter.feed(b"12345678")


def test_half_a_message_is_none() -> None:
    assert fed(EventStreamCutter(), [STREAM[:-1]]) == fed(EventStreamCutter(), [STREAM])[:2]
