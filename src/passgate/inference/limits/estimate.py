"""How much a call may use, before anybody knows: what is reserved for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from passgate.inference.limits.inline_media import inline_media

BYTES_A_TOKEN = 3
"""Of a request's body. English text has 4 to 5 bytes a token and Chinese about 3, and JSON adds its own, so prompts of
text are counted too high, and files within them far too high; what is larger in the vendor's count than in ours is
pictures and files by reference."""
ASSUMED_OUTPUT = 4096
"""Tokens of output that are reserved for a call that sets no maximum, or the model's own maximum where that is less."""
_MOST = 10_000_000
"""Nobody's answer is longer; a larger number in a request is a mistake and must not overflow anything."""

_OUTPUT_FIELDS = ("max_completion_tokens", "max_tokens", "max_output_tokens", "maxOutputTokens")
_CHOICES = ("n", "candidateCount", "candidate_count")


@dataclass(slots=True)  # not frozen: every call makes one, and freezing takes three times as long
class Estimate:
    """Tokens that a call may use."""

    input: int
    output: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.input + self.output


def estimate(
    raw: bytes,
    document: Mapping[str, Any],
    *,
    generates: bool,
    context_window: int | None,
    max_output_tokens: int | None,
) -> Estimate:
    """What to reserve.

    Args:
        raw: the request.
        document: the same, read; its maximum of output is read under the names of all formats.
        generates: False where the answer holds no tokens of the model's (embeddings, counts).
        context_window: the model's, in tokens; a prompt cannot be larger.
        max_output_tokens: the model's.
    """
    media = inline_media(raw, document)
    prompt = (len(raw) - media.bytes) // BYTES_A_TOKEN + 1 + media.tokens
    if context_window is not None and prompt > context_window:
        prompt = context_window
    if not generates:
        return Estimate(prompt, 0)
    return Estimate(prompt, _most_output(document, max_output_tokens, ASSUMED_OUTPUT))


def output_bound(document: Mapping[str, Any], max_output_tokens: int | None) -> int | None:
    """Tokens of output that a call cannot exceed, by its request or by its model; None: neither states a maximum.

    Args:
        document: as for :func:`estimate`.
        max_output_tokens: as for :func:`estimate`.
    """
    most = _most_output(document, max_output_tokens, _MOST)
    return most if most < _MOST else None


def _most_output(document: Mapping[str, Any], max_output_tokens: int | None, otherwise: int) -> int:
    nested = document.get("generationConfig", document.get("generation_config"))
    asked = nested if isinstance(nested, dict) else document
    stated = _first_number(asked, _OUTPUT_FIELDS)
    if stated is None:
        stated = otherwise
    if max_output_tokens is not None and stated > max_output_tokens:
        stated = max_output_tokens
    return min(_MOST, stated * (_first_number(asked, _CHOICES) or 1))


def _first_number(document: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = document.get(name)
        if type(value) is int and value >= 0:
            return min(value, _MOST)
    return None
