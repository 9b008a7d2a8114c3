import json
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passgate.contracts.ai_policy import MaskingRule
from passgate.contracts.masking import finders_of
from passgate.inference.policies.held_text import HeldText
from passgate.inference.policies.masker import ContentBlockedError, Hits, Masker

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLXRlc3Q"
ALL = (
    MaskingRule(name="mail", kind="email"),
    MaskingRule(name="phone", kind="phone"),
    MaskingRule(name="card", kind="card"),
    MaskingRule(name="key", kind="secret"),
)
OWN = MaskingRule(name="case", kind="pattern", pattern=r"case no\. \d{3,6}")


def masker(*rules: MaskingRule) -> Masker:
    return Masker(finders_of(rules), "request", Hits())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to jane.doe+x@mail.example.co.uk.", "write to [masked:mail]."),
        ("call +49 171 2345678 now", "call [masked:phone] now"),
        ("call (030) 123456-78", "call [masked:phone]"),
        ("pay 4111 1111 1111 1111, please", "pay [masked:card], please"),
        ("5500-0000-0000-0004", "[masked:card]"),
        (f"bearer {JWT}", "bearer [masked:key]"),
        ("sk-proj-abcdefghijklmnop1234", "[masked:key]"),
        ("AKIAIOSFODNN7EXAMPLE", "[masked:key]"),
        ("ghp_" + "a1" * 18, "[masked:key]"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE/+=\n-----END PRIVATE KEY-----", "[masked:key]"),
    ],
)
def test_what_a_rule_is_for_is_masked(text: str, masked: str) -> None:
    assert masker(*ALL).text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "on 2026-11-24 and 24.11.2026",
        "at 192.168.100.200",
        "0000000000000000x",
        "user@localhost",
        "version 1.2.3, 12 of 34",
        "sk-short",
        "1234567",
        "3.14159265358979",
        "f(12, 345)",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert masker(*ALL).text(text) == text


def test_a_card_is_known_by_its_check_digit() -> None:
    only_cards = masker(ALL[2])
    assert only_cards.text("4111111111111111") == "[masked:card]"
    assert only_cards.text("4111111111111112") == "4111111111111112"


def test_hits_are_counted_and_hold_no_find() -> None:
    found = masker(*ALL)
    found.text("a@b.example and c@d.example")
    assert found.hits.lines() == [{"rule": "mail", "action": "mask", "place": "request", "count": 2}]


def test_a_rule_that_only_notes_changes_nothing() -> None:
    noting = masker(MaskingRule(name="mail", kind="email", action="note"))
    assert noting.text("a@b.example") == "a@b.example"
    assert noting.hits.lines()[0]["count"] == 1


def test_a_rule_that_blocks_names_itself_and_not_the_find() -> None:
    blocking = masker(MaskingRule(name="mail", kind="email", action="block"))
    with pytest.raises(ContentBlockedError) as error:
        blocking.text("a@b.example")
    assert "'mail'" in error.value.message
    assert "a@b" not in error.value.message


def test_a_document_is_searched_wherever_somebody_speaks() -> None:
    document: dict[str, Any] = {
        "model": "a@b.example",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "data: a@b.example"}]},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,a@b.co"}}]},
            {"tool_calls": [{"id": "a@b.example", "function": {"arguments": '{"to":"a@b.example"}'}}]},
            {"content": [{"type": "tool_use", "id": "t", "input": {"id": "a@b.example"}}]},
            {"content": [{"type": "image", "source": {"media_type": "image/png", "data": "a@b.example"}}]},
        ],
    }
    masked = masker(*ALL).document(document)
    kept = json.dumps(masked)
    assert kept.count("[masked:mail]") == 3
    assert masked["messages"][0]["content"][0]["text"] == "data: [masked:mail]"
    assert masked["messages"][2]["tool_calls"][0]["function"]["arguments"] == '{"to":"[masked:mail]"}'
    assert masked["messages"][3]["content"][0]["input"] == {"id": "[masked:mail]"}


def test_a_document_without_finds_is_the_very_same() -> None:
    document = {"messages": [{"content": "Hello"}]}
    assert masker(*ALL).document(document) is document


TEXT = (
    f"Dear a.b@c.example, call +49 171 234 5678 or (030) 12 34 56, pay 4111 1111 1111 1111 with {JWT}; "
    "this is case no. 12345 of 2026-11-24 and sk-abcdefghijklmnopqrst. Bye, x@y.example"
)


@given(st.lists(st.integers(0, len(TEXT)), max_size=40))
def test_however_a_text_is_cut_the_same_is_masked(cuts: list[int]) -> None:
    for rules in (ALL, (*ALL, OWN)):
        held = HeldText(masker(*rules))
        places = [0, *sorted(cuts), len(TEXT)]
        given_on = [held.push(TEXT[a:b]) for a, b in pairwise(places)]
        assert "".join(given_on) + held.flush() == masker(*rules).text(TEXT)


def test_plain_words_are_held_no_longer_than_a_word() -> None:
    held = HeldText(masker(*ALL))
    assert held.push("Good day to ") == "Good day to "
    assert held.push("you") == ""
    assert held.push(" all") == "you "


@pytest.mark.parametrize("piece", ["a", "1", "1 ", "12-", "a.", "@", "a@", "eyJ", "-----BEGIN ", " ", "é"])
def test_no_text_keeps_the_search_long(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    masker(*ALL, OWN).text(text)
    assert time.process_time() - start < 3
