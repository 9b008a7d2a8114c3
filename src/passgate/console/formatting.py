"""Figures as people read them."""

import re
from decimal import Decimal

_THOUSAND = 1000


def grouped(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


def compact(number: int) -> str:
    """A whole number in three digits or so: 12.4k, 3.1M."""
    for size, unit in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if abs(number) >= size:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return str(number)


def milliseconds(duration: float | None) -> str:
    """A duration."""
    if duration is None:
        return ""
    if duration < _THOUSAND:
        return f"{duration:.0f} ms"
    return f"{duration / _THOUSAND:.2f}".removesuffix(".00") + " s"


def byte_count(size: int) -> str:
    """A size."""
    return f"{size} B" if size < _THOUSAND else f"{compact(size)}B"


def percentage(part: int, whole: int) -> str:
    """A share."""
    if not whole or not part:
        return "0%"
    share = Decimal(part) * 100 / Decimal(whole)
    return "<0.1%" if share < Decimal("0.1") else f"{share:.1f}%"


def per_million(price: Decimal | None) -> str:
    """A price per million tokens, in dollars."""
    if price is None:
        return ""
    whole, _, places = f"{price.normalize():f}".partition(".")
    return f"${whole}.{places.ljust(2, '0')}"


def counted(number: int, noun: str) -> str:
    """A number and its noun, as in “1 entry” and “2 entries”."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {re.sub('(?<=[^aeiou])y$', 'ie', noun)}s"


def initials(name: str) -> str:
    """One or two letters for a person or a vendor."""
    words: list[str] = [word for word in re.findall(r"\w+", name) if word[0].isalpha()]
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    return (words[0] if words else name)[:2].capitalize()


def hue(name: str) -> int:
    """A colour for a name, always the same one: its angle on the colour wheel."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(name)) * 37 % 360
