"""A hundred thousand changed tokens: none is accepted, nothing crashes, no memory is kept."""

import json
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable

import pytest

from passgate.sdk.rules import Rules
from passgate.sdk.signing_key import SigningKey
from passgate.sdk.verifier import TokenRefusedError, verified
from sdk.signing import CLAIMS, KEYS, NOW, encoded, signed

_SEED = 20_261_123
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SECRET = SigningKey.of_secret(b"a secret of thirty-two bytes ...", "key_h")
_BY_SECRET = {"key_h": _SECRET.verifies}
"""HS256 for most of them: its check takes 2 µs, and every other rule is the same one."""
_RULES = Rules("https://gate.example", ("passgate",))

GOOD = [_SECRET.sign(CLAIMS | {"jti": f"tok_{number}"}, typ="at+jwt") for number in range(20)]
GOOD_ES256 = [signed(claims=CLAIMS | {"jti": f"tok_{number}"}) for number in range(20)]


def _flipped(chance: random.Random, tokens: list[str]) -> str:
    token = chance.choice(tokens)
    place = chance.randrange(len(token))
    bit = 1 << chance.randrange(6)
    letter = "." if token[place] == "." else _LETTERS[_LETTERS.index(token[place]) ^ bit]
    return token[:place] + letter + token[place + 1 :]


def _other_byte(chance: random.Random, tokens: list[str]) -> str:
    token = chance.choice(tokens)
    place = chance.randrange(len(token))
    return token[:place] + chr(chance.choice([chance.randrange(128), chance.randrange(0x110000)])) + token[place + 1 :]


def _cut(chance: random.Random, tokens: list[str]) -> str:
    token = chance.choice(tokens)
    start, end = sorted(chance.sample(range(len(token) + 1), 2))
    return token[start:end]


def _swapped(chance: random.Random, tokens: list[str]) -> str:
    parts = [chance.choice(tokens).split(".")[chance.randrange(3)] for _ in range(chance.choice([2, 3, 3, 3, 4]))]
    return ".".join(parts)


def _grown(chance: random.Random, tokens: list[str]) -> str:
    token = chance.choice(tokens)
    place = chance.randrange(len(token) + 1)
    return token[:place] + chance.choice(["=", "==", ".", " ", "\n", "\0", "A", "AAAA", "é"]) + token[place:]


def _random_json(chance: random.Random, tokens: list[str]) -> str:
    head, _, signature = chance.choice(tokens).split(".")
    value = json.dumps(_value(chance, 3)).encode()
    return f"{head if chance.random() < 0.5 else encoded(value)}.{encoded(value)}.{signature}"


def _signed_json(chance: random.Random, _tokens: list[str]) -> str:
    """A good signature over claims of which one is anything."""
    name = chance.choice([*CLAIMS, "nbf"])
    value = _value(chance, 2)
    if name == "scope" and isinstance(value, str):
        value = None
    if name in {"sub", "jti", "client_id"} and isinstance(value, str):
        value = ""
    if name in {"exp", "iat", "nbf"} and isinstance(value, int | float):
        value = str(value)
    return _SECRET.sign(CLAIMS | {name: value}, typ="at+jwt")


def _value(chance: random.Random, depth: int) -> object:
    kind = chance.randrange(9 if depth else 7)
    simple = (None, True, chance.randint(-(10**20), 10**20), chance.random() * 1e300, "", "\u0000\u20ac", float("nan"))
    if kind < len(simple):
        return simple[kind]
    inner = [_value(chance, depth - 1) for _ in range(chance.randrange(4))]
    return inner if kind == len(simple) else {f"k{number}": each for number, each in enumerate(inner)}


_BY_ANYBODY: list[Callable[[random.Random, list[str]], str]] = [
    _flipped,
    _other_byte,
    _cut,
    _swapped,
    _grown,
    _random_json,
]


def _outcomes(makers: list[Callable[[random.Random, list[str]], str]], tokens: list[str], count: int) -> Counter[str]:
    chance = random.Random(_SEED)  # noqa: S311 - the same mutations in every run
    good = set(tokens)
    keys = KEYS if tokens is GOOD_ES256 else _BY_SECRET
    outcomes: Counter[str] = Counter()
    for number in range(count):
        token = makers[number % len(makers)](chance, tokens)
        if token in good:
            continue
        try:
            verified(token, keys, _RULES, now=NOW)
        except TokenRefusedError as refused:
            outcomes[refused.code] += 1
        else:
            pytest.fail(f"accepted: {token}")
    return outcomes


def test_none_of_them_is_accepted_and_memory_stays_flat() -> None:
    _outcomes([*_BY_ANYBODY, _signed_json], GOOD, 2_000)  # fills what is made once
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        small = _outcomes([*_BY_ANYBODY, _signed_json], GOOD, 10_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 100_000
    rest = _outcomes([*_BY_ANYBODY, _signed_json], GOOD, 86_000)
    es256 = _outcomes(_BY_ANYBODY, GOOD_ES256, 4_000)
    assert small.total() + rest.total() + es256.total() >= 99_000
    assert {"token_malformed", "token_signature_invalid", "token_claim_invalid", "token_key_unknown"} <= set(rest)
