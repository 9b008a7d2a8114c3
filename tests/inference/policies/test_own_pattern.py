import pytest
from pydantic import ValidationError

from passgate.contracts.ai_policy import MaskingRule
from passgate.contracts.own_pattern import checked_pattern, longest_match


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        (r"ACME-\d{6}", 11),
        (r"[A-Z]{2,3}-\d{4,10}", 14),
        (r"(?:cat|dog)s?", 7),
        (r"\bproject (?:x|y)\b", 10),
        (r"a\.b", 3),
        (r"(?:NI|SSN)-(?:\d{2}|[A-Z]{2})-\d{4}|ID\d{2,8}", 25),
    ],
)
def test_a_bounded_pattern_may_be_searched(pattern: str, longest: int) -> None:
    assert checked_pattern(pattern) == pattern
    assert longest_match(pattern) == longest


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "(a+)+$",
        "a*",
        "a+",
        "(?:a{1,9}){1,9}",
        "(?:a?){30}",
        "(?:a|aa)" * 60 + "b",
        "(?:a|a|a|a|a|a|a|a)" * 4 + "b",
        "(?:(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)(?:a|aa)|b)" * 2 + "c",
        r"(a)\1",
        "(?=a)b",
        "(?P<x>a)",
        "a{1,600}",
        "a{1,99}a{1,99}b",
        "a{,5}",
        "a{0}",
        "a?",
        "(a",
        "a)",
        "[a",
        "x{2}{3}",
        "a" * 501,
    ],
)
def test_a_pattern_that_may_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        checked_pattern(pattern)


def test_a_pattern_goes_with_its_kind_only() -> None:
    with pytest.raises(ValidationError, match="pattern"):
        MaskingRule(name="mail", kind="email", pattern="a")
    with pytest.raises(ValidationError, match="pattern"):
        MaskingRule(name="own", kind="pattern")
