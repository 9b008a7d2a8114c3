"""What masking looks for: each rule's expression, the check that a find is one, and what stands in its place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from passgate.contracts.ai_policy import MaskingAction, MaskingKind, MaskingRule
from passgate.contracts.own_pattern import longest_match

_EMAIL = r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
_PHONE = r"(?<![\w+.-])(?:\+\d{1,3}[ ./-]?)?(?:\(\d{1,5}\)[ ./-]?)?\d{2,5}(?:[ ./-]?\d{2,5}){1,5}(?!\w|[.-]\d)"
_CARD = r"(?<![\w-])\d(?:[ -]?\d){11,18}(?![\w]|-\d)"
_KEYS_AND_TOKENS = (
    r"(?<![\w-])(?:"
    r"eyJ[\w-]{8,8000}\.[\w-]{4,8000}\.[\w-]{4,8000}"  # a JSON web token
    r"|sk-[\w-]{16,400}|(?:sk|rk|pk)_(?:live|test)_\w{16,200}"  # OpenAI, Anthropic; Stripe
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}"  # AWS, Google
    r"|gh[pousr]_\w{30,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64}"
    r"|xox[abeprs]-[\w-]{10,250}|hf_\w{30,100}|gsk_\w{30,100}|npm_\w{36}|pypi-[\w-]{50,400}"
    r")(?![\w-])"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\w+/=\s\\]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_PHONE_DIGITS = range(7, 16)
"""E.164: fifteen at most."""
_CARD_DIGITS = range(13, 20)
_DATE = re.compile(r"\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{1,3}(?:\.\d{1,3}){3}")
"""Dates and IPv4 addresses, which a telephone number may look like."""


def _digits(text: str) -> list[int]:
    return [int(letter) for letter in text if letter.isascii() and letter.isdigit()]


def passes_luhn(text: str) -> bool:
    """Whether the digits in a text are those of a payment card (ISO/IEC 7812-1, annex B)."""
    digits = _digits(text)
    if len(digits) not in _CARD_DIGITS or not any(digits):
        return False
    doubled = (digit * 2 for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(two - 9 if two > 9 else two for two in doubled)) % 10 == 0  # noqa: PLR2004 - a digit


def _is_phone(text: str) -> bool:
    if len(_digits(text)) not in _PHONE_DIGITS or _DATE.fullmatch(text):
        return False
    return text.startswith(("+", "0", "(")) or any(mark in text for mark in " /-")


def _anything(_: str) -> bool:
    return True


_BUILT_IN: dict[MaskingKind, tuple[str, Callable[[str], bool]]] = {
    "email": (_EMAIL, _anything),
    "phone": (_PHONE, _is_phone),
    "card": (_CARD, passes_luhn),
    "secret": (_KEYS_AND_TOKENS, _anything),
}
_ORDER: tuple[MaskingKind, ...] = ("secret", "email", "card", "phone", "pattern")
"""The more exact ones first: what they mask is gone for those that follow."""


@dataclass(frozen=True, slots=True)
class Finder:
    """A rule, ready to search."""

    name: str
    action: MaskingAction
    expression: re.Pattern[str]
    holds: Callable[[str], bool]
    window: int = 0
    """Of an own pattern, whose matches may span anything, spaces too: the characters of its longest match."""


def replaced(finder: Finder, text: str) -> tuple[str, int]:
    """The text with what a rule that masks finds replaced by ``[masked:<rule>]``; and how often it found something."""
    out: list[str] = []
    at = found = 0
    for match in finder.expression.finditer(text):
        if not finder.holds(match[0]):
            continue
        found += 1
        if finder.action == "mask":
            out += (text[at : match.start()], f"[masked:{finder.name}]")
            at = match.end()
    return ("".join((*out, text[at:])) if out else text), found


def finders_of(rules: tuple[MaskingRule, ...]) -> tuple[Finder, ...]:
    """The rules in the order in which they search; own patterns are searched as ASCII classes and Unicode letters."""
    return tuple(_finder(rule) for rule in sorted(rules, key=lambda rule: _ORDER.index(rule.kind)))


def _finder(rule: MaskingRule) -> Finder:
    if rule.pattern is not None:
        return Finder(rule.name, rule.action, re.compile(rule.pattern), _anything, longest_match(rule.pattern))
    expression, holds = _BUILT_IN[rule.kind]
    return Finder(rule.name, rule.action, re.compile(expression), holds)
