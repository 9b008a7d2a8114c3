"""Thoughts in the answers of OpenAI-compatible vendors: three ways to tell them."""

from typing import Any

from passgate.inference.exchange.content import Thinking
from passgate.inference.exchange.reading import as_list, as_text
from passgate.inference.exchange.reasoning_details import read_reasoning_details


def plain_thoughts(message: dict[str, Any]) -> str:
    """``reasoning_content`` (DeepSeek, Mistral, vLLM) or ``reasoning`` (Groq, OpenRouter, Cerebras)."""
    return as_text(message.get("reasoning_content")) or as_text(message.get("reasoning"))


def read_thoughts(message: dict[str, Any]) -> list[Thinking]:
    """The thoughts; ``reasoning_details`` (OpenRouter) repeat the plain ones and add signatures."""
    details = read_reasoning_details(as_list(message.get("reasoning_details")), "")
    plain = plain_thoughts(message)
    if plain and not any(thought.text for thought in details):
        return [Thinking(plain), *details]
    return details
