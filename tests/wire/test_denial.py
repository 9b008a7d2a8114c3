"""Revoked tokens: base list, delta list, and tokens dressed up as others."""

import base64
import time
from collections.abc import Callable

import pytest

from passgate.gateway.compile.deny import DenySplit, compile_deny
from passgate.gateway.envoy import names
from passgate.gateway.xds.outcome import OutcomeKind
from wire.rig import Gate

_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _revoke(gate: Gate, jti: str, part: str) -> None:
    split = DenySplit(base=frozenset({jti, "x"})) if part == "base" else DenySplit(delta=frozenset({jti, "x"}))
    outcome = gate.run(gate.ads.publish("deny", part, compile_deny(split)))
    assert outcome.kind is OutcomeKind.APPLIED


def _twin_signature(token: str) -> str:
    """The other signature that ECDSA holds valid for the same text: (r, n - s)."""
    text, signature = token.rsplit(".", 1)
    raw = base64.urlsafe_b64decode(signature + "==")
    twin = _ORDER_OF_P256 - int.from_bytes(raw[32:])
    return f"{text}.{base64.urlsafe_b64encode(raw[:32] + twin.to_bytes(32)).rstrip(b'=').decode()}"


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda token: token,
    "padded": lambda token: token + "==",
    "other signature": _twin_signature,
    "other last letter": lambda token: token[:-1] + chr(ord(token[-1]) + 1),
    "space behind": lambda token: token + " ",
}


@pytest.mark.parametrize("part", ["base", "delta"])
def test_a_revoked_token_is_refused_however_it_is_written(own_gate: Gate, part: str) -> None:
    token = own_gate.issuer.token(jti="jti-revoked")
    assert own_gate.call("/orders/1", token).status == 200
    _revoke(own_gate, "jti-revoked", part)
    for path in ("/orders/1", "/tickets/1", "/v1/models"):
        assert own_gate.call(path, token).status == 401
    answer = own_gate.call("/orders/1", token)
    assert answer.json["code"] == "token_revoked"
    assert 'error_description="The token was revoked."' in answer.headers["www-authenticate"]
    for name, variant in VARIANTS.items():
        assert own_gate.call("/orders/1", variant(token)).status == 401, name
    assert own_gate.call("/orders/1", own_gate.issuer.token()).status == 200


@pytest.mark.parametrize("part", ["base", "delta"])
def test_a_star_in_a_jti_revokes_that_token_alone(own_gate: Gate, part: str) -> None:
    for jti in ("*", "*.example", "jti-*"):
        _revoke(own_gate, jti, part)
        assert own_gate.call("/orders/1", own_gate.issuer.token(jti=jti)).status == 401, jti
        for other in ("jti-1", "a.example", "example"):
            assert own_gate.call("/orders/1", own_gate.issuer.token(jti=other)).status == 200, (jti, other)
        assert own_gate.call("/orders/1", own_gate.issuer.token(jti="x")).status == 401, "in the list beside it"


@pytest.mark.parametrize(
    "jti", ["ABC", "Ab.Cd", "x.Y", ".a", "a.", "a..b", "...", "with blank", "a/b", "\u00c9t\u00e9", "a" * 300]
)
@pytest.mark.parametrize("part", ["base", "delta"])
def test_a_jti_is_revoked_letter_by_letter(own_gate: Gate, part: str, jti: str) -> None:
    """Other issuers choose their own, and Envoy's list of names was made for names of hosts."""
    _revoke(own_gate, jti, part)
    assert own_gate.call("/orders/1", own_gate.issuer.token(jti=jti)).status == 401
    for other in {jti.lower(), jti.upper(), f"{jti}.", f".{jti}", f"a.{jti}", jti.strip(".") or "-"} - {jti}:
        assert own_gate.call("/orders/1", own_gate.issuer.token(jti=other)).status == 200, other


def test_the_twin_signature_is_one_that_envoy_takes(gate: Gate) -> None:
    assert gate.call("/orders/1", _twin_signature(gate.issuer.token())).status == 200


def test_on_metadata_instead_of_filter_state_the_list_would_never_match(own_gate: Gate) -> None:
    """The trap itself: such a list is accepted, and lets everyone through."""
    resources = compile_deny(DenySplit(base=frozenset({"jti-revoked"})))
    matcher = resources[names.EXTENSION][names.DENY_BASE_FILTER]["typed_config"]["matcher"]
    matcher["matcher_tree"]["input"]["typed_config"] = {
        "@type": names.type_url("envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput"),
        "filter": names.JWT_NAMESPACE,
        "path": [{"key": names.PAYLOAD_KEY}, {"key": "jti"}],
    }
    assert own_gate.run(own_gate.ads.publish("deny", "trap", resources)).kind is OutcomeKind.APPLIED
    assert own_gate.call("/orders/1", own_gate.issuer.token(jti="jti-revoked")).status == 200


def test_a_lifted_revocation_lets_the_token_pass_again(own_gate: Gate) -> None:
    token = own_gate.issuer.token(jti="jti-1")
    own_gate.deny("jti-1")
    assert own_gate.call("/orders/1", token).status == 401
    own_gate.deny()
    assert own_gate.call("/orders/1", token).status == 200


def test_a_token_stays_refused_while_it_moves_from_delta_to_base(own_gate: Gate) -> None:
    first = [f"jti-{number}" for number in range(400)]
    token = own_gate.issuer.token(jti="jti-7")
    own_gate.deny(*first)
    for count in (400, 501, 502, 503):
        own_gate.deny(*[f"jti-{number}" for number in range(count)])
        assert own_gate.call("/orders/1", token).status == 401
    assert own_gate.split is not None
    assert "jti-7" in own_gate.split.base
    assert "jti-7" not in own_gate.split.delta


def test_with_ten_thousand_entries_a_revocation_is_in_force_within_a_second(own_gate: Gate) -> None:
    old = [f"jti_{number:026d}" for number in range(10_000)]
    own_gate.split = None
    own_gate.deny(*old)
    token = own_gate.issuer.token(jti="jti-new")
    assert own_gate.call("/orders/1", token).status == 200
    start = time.perf_counter()
    own_gate.deny(*old, "jti-new")
    assert own_gate.call("/orders/1", token).status == 401
    assert time.perf_counter() - start < 1
    assert own_gate.call("/orders/1", own_gate.issuer.token(jti=old[5_000])).status == 401
