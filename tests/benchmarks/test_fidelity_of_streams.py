"""For each dialect and format: a stream says what the whole answer says, wherever it is cut, in little room."""

import gc
import json
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from benchmarks.fidelity import answers, gate, streams
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.translation import spoken_answers
from inference.translation.spoken_answers import Spoken

PIECES = st.lists(st.text(min_size=1, max_size=12), max_size=4)
ARGUMENTS = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=3
)
NAMES = st.sampled_from(["weather", "time", "look_up"])
SPOKEN = st.builds(
    Spoken,
    PIECES,
    PIECES,
    st.lists(st.tuples(NAMES, ARGUMENTS), max_size=3),
    st.booleans(),
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
)
WRITERS = {**spoken_answers.WRITERS, "responses": spoken_answers.responses}
WAYS = [(dialect, form) for dialect in WRITERS for form in gate.FORMATS]
MOST_BYTES = 100_000


def folded(form: str, stream: bytes) -> dict[str, Any]:
    return answers.READERS[form](streams.FOLDS[form](stream))


@pytest.mark.parametrize(("dialect", "form"), WAYS)
@settings(max_examples=25, deadline=None)
@given(told=SPOKEN)
def test_a_stream_says_what_the_whole_answer_says(dialect: str, form: str, told: Spoken) -> None:
    whole, stream = WRITERS[dialect](told)
    found = folded(form, gate.streamed(form, dialect, [stream]))
    wanted = answers.READERS[form](json.loads(gate.answered(form, dialect, whole)))
    assert found == wanted
    assert found.get("text", "") == "".join(told.text)
    assert found.get("thinking", "") == "".join(told.thinking)
    assert found.get("calls", []) == told.calls
    assert found["finish"] == told.finish
    assert found["usage"] == {"input": told.tokens[0], "output": told.tokens[1]}


@pytest.mark.parametrize(("dialect", "form"), WAYS)
@settings(max_examples=25, deadline=None)
@given(told=SPOKEN, data=st.data())
def test_cuts_change_no_byte(dialect: str, form: str, told: Spoken, data: st.DataObject) -> None:
    _, stream = WRITERS[dialect](told)
    places = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[start:end] for start, end in pairwise([0, *places, len(stream)])]
    assert gate.streamed(form, dialect, pieces) == gate.streamed(form, dialect, [stream])


@pytest.mark.parametrize(("dialect", "form"), [way for way in WAYS if "responses" not in way])
def test_a_long_stream_needs_little_room(dialect: str, form: str) -> None:
    """Two megabytes of text and of thoughts, and what the translator still holds before the end.

    Responses tell the whole answer once more at their end: whoever writes or reads them must keep it (below).
    """
    told = Spoken(["x" * 1000] * 2000, ["y" * 1000] * 20, [], cut_short=False, tokens=(1, 1))
    _, stream = WRITERS[dialect](told)
    chunks = [stream[start : start + 4096] for start in range(0, len(stream) * 9 // 10, 4096)]
    exchange = gate.opened(form, gate.hello(form, stream=True), gate.target(dialect), stream=True)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        translator = exchange.stream()
        given_bytes = sum(len(translator.feed(chunk)) for chunk in chunks)
        held = tracemalloc.get_traced_memory()[0] - before
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert given_bytes > 1_500_000
    assert held <= MOST_BYTES
    assert peak <= MOST_BYTES


@pytest.mark.parametrize(("dialect", "form"), [way for way in WAYS if "responses" in way])
def test_a_stream_of_responses_keeps_its_text_packed(dialect: str, form: str) -> None:
    """A hundred and sixty kilobytes in pieces of four letters, as vendors send them; what was said is kept packed."""
    words = [f"{place * 7919 % 9973:04d}" for place in range(40_000)]
    told = Spoken(words, [], [], cut_short=False, tokens=(1, 1))
    _, stream = WRITERS[dialect](told)
    end = stream.index("".join(words[:2]).encode()) - 200 if dialect == "responses" else len(stream) * 9 // 10
    pieces = [stream[start : min(start + 4096, end)] for start in range(0, end, 4096)]
    # What is made once in a process (caches, a first garbage collection) counts in the first stream alone.
    held = min(_held_after(dialect, form, pieces) for _ in range(2))
    assert held <= MOST_BYTES


def _held_after(dialect: str, form: str, pieces: list[bytes]) -> int:
    exchange = gate.opened(form, gate.hello(form, stream=True), gate.target(dialect), stream=True)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        translator = exchange.stream()
        for piece in pieces:
            translator.feed(piece)
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
