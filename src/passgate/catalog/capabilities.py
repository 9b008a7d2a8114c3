"""What a model can do besides text: stated by its vendor's list, else told from its name."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

Capability = Literal["tools", "vision", "documents", "audio", "reasoning", "json_schema"]

_ORDER: tuple[Capability, ...] = get_args(Capability)
_STATED: Mapping[str, Capability] = {
    "tools": "tools",
    "tool_use": "tools",
    "tool_choice": "tools",
    "function_calling": "tools",
    "vision": "vision",
    "image": "vision",
    "IMAGE": "vision",
    "file": "documents",
    "audio": "audio",
    "SPEECH": "audio",
    "reasoning": "reasoning",
    "thinking": "reasoning",
    "structured_outputs": "json_schema",
    "json_schema": "json_schema",
}
"""Words that vendors use in their lists: OpenRouter, Mistral, Cohere, Bedrock, Ollama and others."""
_NAMES: tuple[tuple[Capability, re.Pattern[str]], ...] = (
    (
        "tools",
        re.compile(
            r"gpt-(?:4o|4\.|4-turbo|[5-9]|oss)|(?:^|[/.])o[1345](?:-|$)(?!mini-2024|preview)|claude-|gemini-(?:1\.5|[2-9])"
            r"|llama-?(?:3[.-][1-9]|4)|mi[sn]i?stral|magistral|devstral|pixtral|command-(?:a|r)|qwen-?(?:[23]|max|plus|turbo)"
            r"|qwq|deepseek-(?:chat|v[3-9]|r1|flash)|kimi|moonshot|glm-[4-9]|minimax-m|grok-[2-9]|nova-|jamba"
            r"|granite-[3-9]|palmyra-x"
        ),
    ),
    (
        "vision",
        re.compile(
            r"gpt-(?:4o|4\.1|4-turbo|[5-9](?!.*codex-spark))|(?:^|[/.])o[1345](?:-pro|-20|$)|o4-mini|claude-(?!2|instant)"
            r"|gemini-|pixtral|llava|[-.]vl\b|-vl-|vision|llama-?4|gemma-?3|nova-(?:lite|pro|premier|2)|grok-[45]"
            r"|kimi-k(?:2\.[5-9]|3)|glm-4\.\dv|mistral-(?:small|medium)-(?:3|25|latest)|mistral-large-(?:3|25)"
        ),
    ),
    (
        "documents",
        re.compile(r"claude-(?!2|instant)|gemini-(?:1\.5|[2-9])|nova-(?:lite|pro|premier|2)|gpt-(?:4o|4\.1|[5-9])"),
    ),
    ("audio", re.compile(r"gemini-(?:1\.5|[2-9])|gpt-.*audio|voxtral|omni")),
    (
        "reasoning",
        re.compile(
            r"(?:^|[/.])o[1345](?:-|$)|gpt-(?:[5-9]|oss)|claude-(?:3-7|(?:opus|sonnet|fable|mythos)-[4-9]|haiku-(?:4-[5-9]|[5-9]))"
            r"|gemini-(?:2\.5|[3-9])|deepseek-(?:r1|v3\.[1-9]|v[4-9])|reason|think|qwq|magistral|grok-(?:3-mini|[45])"
            r"|kimi-k(?:2\.[5-9]|3)|glm-(?:4\.[5-9]|[5-9])|minimax-m|nova-2|qwen3(?!.*(?:coder|instruct|embed))"
        ),
    ),
    (
        "json_schema",
        re.compile(
            r"gpt-(?:4o|4\.1|[5-9]|oss)|(?:^|[/.])o[1345](?:-|$)|gemini-|claude-(?:(?:opus|sonnet|haiku|fable|mythos)-(?:4-[5-9]|[5-9]))"
            r"|mistral-(?:small|medium|large)|command-(?:a|r)|grok-[2-9]|kimi"
        ),
    ),
)
"""Patterns of names as their vendors and resellers write them, in lower case."""


def capabilities_of(vendor_model: str, entry: Mapping[str, Any] | None = None) -> tuple[Capability, ...]:
    """What the model can do; what neither its list nor its name tells is left out."""
    stated = {_STATED[word] for word in _words(entry or {}) if word in _STATED}
    if not stated:
        name = vendor_model.lower()
        stated = {capability for capability, words in _NAMES if words.search(name)}
    return tuple(capability for capability in _ORDER if capability in stated)


def _words(entry: Mapping[str, Any]) -> Iterable[str]:
    architecture = entry.get("architecture")
    inside = architecture if isinstance(architecture, Mapping) else {}
    for told in (
        entry.get("supported_parameters"),
        entry.get("features"),
        entry.get("capabilities"),
        entry.get("inputModalities"),
        entry.get("input_modalities"),
        inside.get("input_modalities"),
    ):
        if isinstance(told, Mapping):
            yield from (name for name, holds in told.items() if holds is True)
        elif isinstance(told, list):
            yield from (word for word in told if isinstance(word, str))
