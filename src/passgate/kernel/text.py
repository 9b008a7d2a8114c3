"""Text that people type: the bounds every input keeps to."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _is_printable(text: str) -> str:
    # PostgreSQL cannot hold NUL, and a line break in a name lets one row look like two.
    if any(not (letter.isprintable() or letter in "\n\t") for letter in text):
        raise ValueError("control characters are not allowed")
    return text


def _is_one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("one line only")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_is_printable),
    AfterValidator(_is_one_line),
]
"""A name or title: one line of 1 to 100 characters."""

Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_is_printable)]
"""A description: up to 2000 characters, possibly none."""
