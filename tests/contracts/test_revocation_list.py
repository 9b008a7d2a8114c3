from passgate.contracts.revocation_list import DenyIndex, Revocation, TokenFacts

TOKEN = TokenFacts(jti="tok_1", subject="user_1", application="app_1", issued_at=1_000)


def entry(kind: str, value: str, not_before: int | None = None, seq: int = 1) -> Revocation:
    return Revocation.model_validate(
        {"seq": seq, "kind": kind, "value": value, "not_before": not_before, "expires_at": 9_999}
    )


def test_an_empty_list_refuses_nothing() -> None:
    assert DenyIndex([]).refusal(TOKEN) is None


def test_each_level_refuses_what_was_issued_before_it() -> None:
    for refusing in (
        entry("token", "tok_1"),
        entry("subject", "user_1", 1_001),
        entry("application", "app_1", 1_001),
        entry("everything", "", 1_001),
    ):
        assert DenyIndex([refusing]).refusal(TOKEN) == refusing


def test_a_level_of_somebody_else_or_of_an_earlier_time_refuses_nothing() -> None:
    others = [
        entry("token", "tok_2"),
        entry("subject", "app_1", 1_001),
        entry("application", "user_1", 1_001),
        entry("everything", "", 1_000),
    ]
    assert DenyIndex(others).refusal(TOKEN) is None


def test_the_latest_not_before_of_one_level_counts_in_any_order() -> None:
    older, newer = entry("subject", "user_1", 500, seq=1), entry("subject", "user_1", 2_000, seq=2)
    for order in ([older, newer], [newer, older]):
        index = DenyIndex(order)
        assert index.refusal(TOKEN) == newer
        assert index.seq == 2


def test_a_key_refuses_whatever_it_signed_by_kid_or_by_the_jtis_that_come_with_it() -> None:
    revoked = entry("key", "key_1").model_copy(update={"jtis": ("tok_1",)})
    index = DenyIndex([revoked])
    assert index.refusal(TOKEN) == revoked
    assert index.refusal(TokenFacts("tok_2", "user_1", "app_1", 1_000, kid="key_1")) == revoked
    assert index.refusal(TokenFacts("tok_2", "user_1", "app_1", 1_000, kid="key_2")) is None
    assert index.refusal(TokenFacts("tok_2", "user_1", "app_1", 1_000)) is None
