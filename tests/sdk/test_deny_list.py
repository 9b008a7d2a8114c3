"""The SDK stands alone, so its decision is a second one: it must say what the gate's own says."""

from types import MappingProxyType
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passgate.contracts.revocation_list import DenyIndex, Revocation, RevocationKind, TokenFacts
from passgate.sdk.deny_list import KINDS, DenyList, deny_list_of
from passgate.sdk.verified_token import VerifiedToken

_NAMES = st.sampled_from(["", "a", "b"])
_MOMENTS = st.integers(0, 3)


def revocation(kind: str, value: str, moment: int, seq: int) -> Revocation:
    at_all = kind in {"token", "key"}
    return Revocation(seq=seq, kind=kind, value=value, not_before=None if at_all else moment, expires_at=10)


entries = st.lists(
    st.builds(revocation, st.sampled_from(get_args(RevocationKind)), _NAMES, _MOMENTS, st.integers(1, 9)), max_size=6
)


def token(jti: str, subject: str, application: str, kid: str, issued_at: int) -> VerifiedToken:
    return VerifiedToken(
        issuer="i",
        subject=subject,
        client_id=application,
        jti=jti,
        issued_at=issued_at,
        expires_at=10,
        scopes=frozenset(),
        claims=MappingProxyType({}),
        kid=kid,
    )


def published(revocations: list[Revocation]) -> DenyList:
    """As it goes over the wire."""
    return deny_list_of({"seq": 9, "entries": [entry.model_dump(mode="json") for entry in revocations]})


@given(entries, _NAMES, _NAMES, _NAMES, _NAMES, _MOMENTS)
def test_it_refuses_exactly_what_the_gate_refuses(
    revocations: list[Revocation], jti: str, subject: str, application: str, kid: str, issued_at: int
) -> None:
    facts = TokenFacts(jti, subject, application, issued_at, kid=kid)
    refused = published(revocations).refuses(token(jti, subject, application, kid, issued_at))
    assert refused == (DenyIndex(revocations).refusal(facts) is not None)


def test_every_kind_of_the_gate_is_known() -> None:
    assert set(get_args(RevocationKind)) <= set(KINDS)


def test_a_session_is_known_by_its_sid() -> None:
    listed = deny_list_of({"seq": 1, "entries": [{"seq": 1, "kind": "session", "value": "s1"}]})
    bare = token("t", "u", "a", "k", 1)
    with_session = VerifiedToken("i", "u", "a", "t", 1, 10, frozenset(), MappingProxyType({"sid": "s1"}))
    assert (listed.refuses(bare), listed.refuses(with_session)) == (False, True)


def test_an_entry_of_an_unknown_kind_is_logged_and_the_others_hold(caplog: pytest.LogCaptureFixture) -> None:
    listed = deny_list_of(
        {"seq": 2, "entries": [{"seq": 1, "kind": "planet", "value": "x"}, {"seq": 2, "kind": "token", "value": "t"}]}
    )
    assert "planet" in caplog.text
    assert listed.refuses(token("t", "u", "a", "k", 1))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"seq": 1},
        {"seq": "1", "entries": []},
        {"seq": 1, "entries": [7]},
        {"seq": 1, "entries": [{"kind": "token"}]},
        {"seq": 1, "entries": [{"kind": "subject", "value": "a", "not_before": "soon"}]},
    ],
)
def test_what_is_no_deny_list_is_not_taken_for_an_empty_one(document: object) -> None:
    with pytest.raises(ValueError, match=r"deny list|entry"):
        deny_list_of(document)
