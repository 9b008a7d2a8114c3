"""Whatever is changed about a good token, it is refused, by one kind of error."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from passgate.sdk.verifier import TokenRefusedError
from sdk.signing import CLAIMS, HEADER, NOW, VERIFIER, encoded, signed

GOOD = signed()
OTHER = signed(claims=CLAIMS | {"jti": "tok_2", "sub": "app_2"})

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def assert_refused(token: str) -> None:
    with pytest.raises(TokenRefusedError):
        VERIFIER.verify(token, now=NOW)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_one_letter_changed(place: int, letter: str) -> None:
    if GOOD[place] != letter:
        assert_refused(GOOD[:place] + letter + GOOD[place + 1 :])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) * 6 - 1))
def test_one_bit_flipped(bit: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place, power = divmod(bit, 6)
    if GOOD[place] != ".":
        letter = alphabet[alphabet.index(GOOD[place]) ^ (1 << power)]
        assert_refused(GOOD[:place] + letter + GOOD[place + 1 :])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, len(GOOD)))
def test_cut(start: int, length: int) -> None:
    if length < len(GOOD):
        assert_refused(GOOD[start : start + length])


@given(st.lists(st.sampled_from([*GOOD.split("."), *OTHER.split(".")]), min_size=1, max_size=5))
def test_parts_swapped(parts: list[str]) -> None:
    token = ".".join(parts)
    if token not in {GOOD, OTHER}:
        assert_refused(token)


@given(st.text())
@example("eyJhbGciOiJub25lIn0.e30.")
def test_any_text(token: str) -> None:
    assert_refused(token)


@settings(max_examples=200, deadline=None)
@given(json_values, json_values)
def test_any_json_under_an_old_signature(header: object, claims: object) -> None:
    signature = GOOD.rpartition(".")[2]
    assert_refused(f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}.{signature}")
    assert_refused(f"{encoded(json.dumps(HEADER).encode())}.{encoded(json.dumps(claims).encode())}.{signature}")


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_any_claims_that_we_signed_crash_nothing(claims: object) -> None:
    assert_refused(signed(claims=claims if isinstance(claims, dict) and claims else {"any": claims}))
