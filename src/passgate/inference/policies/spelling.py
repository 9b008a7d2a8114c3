"""Log probabilities spell an answer's text out once more, token by token, where no rule would find it."""

from passgate.inference.json_text import Json

_SPELT_AGAIN = frozenset({"logprobs", "logprobsResult"})
_GIVEN = frozenset({"input", "args"})
"""What a tool is called with: names there are the model's, not the format's."""


def without_spelling(document: Json) -> Json:
    """An answer, or an event of a stream, without its log probabilities; the same object where it has none."""
    if isinstance(document, list):
        kept = [without_spelling(one) for one in document]
        return kept if any(new is not old for new, old in zip(kept, document, strict=True)) else document
    if not isinstance(document, dict):
        return document
    changed = {name: new for name, old in document.items() if (new := _member(name, old)) is not old}
    return {**document, **changed} if changed else document


def _member(name: str, value: Json) -> Json:
    if name in _GIVEN or not value:
        return value
    if name in _SPELT_AGAIN:
        return [] if isinstance(value, list) else None
    return without_spelling(value)
