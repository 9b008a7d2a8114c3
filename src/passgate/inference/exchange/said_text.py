"""How much a model said, thought and asked of tools in a piece of an answer, whatever the vendor's names for it."""

_NOT_SAID = frozenset(
    {
        "annotations",
        "citation",
        "data",
        "encrypted_content",
        "executed_tools",
        "extra_content",
        "finishReason",
        "finish_reason",
        "format",
        "id",
        "image_url",
        "images",
        "mimeType",
        "mime_type",
        "reasoning_details",
        "role",
        "signature",
        "thoughtSignature",
        "thought_signature",
        "type",
    }
)
"""Members that hold no words of the model's: names of kinds, what is sealed, pictures and sound, what tools found."""
_DETAILS = "reasoning_details"
"""Thoughts that some (OpenRouter) tell in plain as well."""


def text_bytes(text: str) -> int:
    """The length of a text in UTF-8; of plain ASCII, which is most, without looking at it."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def said_bytes(piece: object) -> int:
    """The bytes (UTF-8) of all words in a piece of an answer: text, thoughts, refusals, tools' names and arguments."""
    if isinstance(piece, str):
        return text_bytes(piece)
    total = 0
    todo = [piece]  # no recursion: how deep a piece is, the vendor decides
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            total += text_bytes(one)
        elif isinstance(one, dict):
            todo += [value for name, value in one.items() if name not in _NOT_SAID]
            if _DETAILS in one and not (one.get("reasoning") or one.get("reasoning_content")):
                todo.append(one[_DETAILS])
        elif isinstance(one, list):
            todo += one
    return total
