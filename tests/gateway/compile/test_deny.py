from passgate.contracts.revocation_list import Revocation, RevocationList
from passgate.gateway.compile.deny import LARGEST_DELTA, DenySplit, compile_deny, denied_jtis, split_deny
from passgate.gateway.envoy import names


def _list(*jtis: str) -> RevocationList:
    return RevocationList(expanded_jtis=jtis)


def _many(count: int, start: int = 0) -> list[str]:
    return [f"jti-{number}" for number in range(start, start + count)]


def test_revoked_tokens_and_those_of_revoked_holders_are_denied() -> None:
    entries = (
        Revocation(seq=1, kind="token", value="jti-1", expires_at=9),
        Revocation(seq=2, kind="subject", value="user_1", not_before=5, expires_at=9),
        Revocation(seq=3, kind="everything", value="", not_before=5, expires_at=9),
    )
    revocations = RevocationList(seq=3, entries=entries, expanded_jtis=("jti-2", "jti-1"))
    assert denied_jtis(revocations) == {"jti-1", "jti-2"}


def test_at_start_all_is_base() -> None:
    assert split_deny(_list(*_many(3))) == DenySplit(base=frozenset(_many(3)))


def test_what_is_new_goes_into_the_delta_and_leaves_the_base_as_it_is() -> None:
    held = split_deny(_list(*_many(1_000)))
    split = split_deny(_list(*_many(1_003)), held)
    assert split.base is held.base
    assert split.delta == set(_many(3, 1_000))


def test_a_delta_grown_too_large_moves_to_the_base_in_two_steps() -> None:
    held = split_deny(_list(*_many(10)))
    full = split_deny(_list(*_many(10 + LARGEST_DELTA)), held)
    assert len(full.delta) == LARGEST_DELTA
    moved = split_deny(_list(*_many(11 + LARGEST_DELTA)), full)
    assert moved.base == set(_many(11 + LARGEST_DELTA))
    assert moved.delta >= full.delta
    assert split_deny(_list(*_many(11 + LARGEST_DELTA)), moved) == DenySplit(base=moved.base)


def test_whatever_the_order_of_arrival_no_jti_is_ever_missing() -> None:
    held = None
    for end in range(0, 3_000, 97):
        wanted = _many(end, start=end // 3)
        split = split_deny(_list(*wanted), held)
        assert set(wanted) <= split.base | split.delta
        if held is not None:  # each part may come into force before the other
            still = (set(wanted) & (held.base | held.delta)) - (split.base | held.delta) - (held.base | split.delta)
            assert not still
        held = split


def test_expired_entries_leave_the_base_once_they_are_many() -> None:
    held = split_deny(_list(*_many(2_000)))
    assert split_deny(_list(*_many(1_000, 1_000)), held).base is held.base
    assert split_deny(_list(*_many(400, 1_600)), held).base == set(_many(400, 1_600))


def test_both_parts_are_resources_and_an_empty_one_denies_nobody() -> None:
    resources = compile_deny(DenySplit(base=frozenset({"b", "a"})))[names.EXTENSION]
    base, delta = (
        resources[name]["typed_config"]["matcher"] for name in (names.DENY_BASE_FILTER, names.DENY_DELTA_FILTER)
    )
    assert list(base["matcher_tree"]["custom_match"]["typed_config"]["domain_matchers"][0]["domains"]) == ["a", "b"]
    assert "matcher_tree" not in delta
    assert delta["on_no_match"]["action"]["typed_config"]["action"] == "ALLOW"
