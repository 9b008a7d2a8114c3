"""How Gemini's models are told to think: a level (from Gemini 3) or a budget of tokens (Gemini 2.5).

See https://ai.google.dev/gemini-api/docs/thinking.
"""

import re
from typing import Any

from passgate.inference.dialects.gemini.contents import is_gemini_3
from passgate.inference.exchange.chat_request import ChatRequest, Reasoning, effort_of_budget
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_WITHOUT = re.compile(r"gemini-(?:1|2\.0)|gemma|learnlm|-image")
_CANNOT_STOP = re.compile(r"2\.5-pro")
_LEAST_BUDGET = 128
"""What Gemini 2.5 Pro thinks at least."""
_LEVELS = {"none": "low", "minimal": "low", "low": "low", "medium": "medium", "high": "high"}
_FLASH_LEVELS = {"none": "minimal", "minimal": "minimal"}
_MINIMAL = re.compile(r"gemini-3(?:\.[0-6])?-flash|flash-lite")
"""Models with a level below ``low``; those after them refuse it."""
_BUDGETS = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}
"""As Google's own OpenAI-compatible endpoint reckons (https://ai.google.dev/gemini-api/docs/openai#thinking)."""


def thinking_config(request: ChatRequest, target: Target, left_out: LeftOut) -> dict[str, Any] | None:
    """How to think; None where nothing was asked, or the model does not think."""
    reasoning = request.reasoning
    if reasoning is None:
        return None
    off = reasoning.enabled is False or reasoning.effort == "none"
    if _WITHOUT.search(target.vendor_model):
        if not off:
            left_out.member("reasoning")
        return None
    config: dict[str, Any] = {} if off else {"includeThoughts": reasoning.display != "omitted"}
    amount = _level(reasoning, target, off=off) if is_gemini_3(target) else _budget(reasoning, target, off=off)
    return {**config, **amount} or None


def _level(reasoning: Reasoning, target: Target, *, off: bool) -> dict[str, Any]:
    effort = "none" if off else reasoning.effort
    if effort is None:
        # Gemini 4 refuses budgets, and Gemini 3 does worse by them.
        return {} if reasoning.budget is None else {"thinkingLevel": effort_of_budget(reasoning.budget)}
    flash = _FLASH_LEVELS.get(effort) if _MINIMAL.search(target.vendor_model) else None
    return {"thinkingLevel": flash or _LEVELS.get(effort, "high")}


def _budget(reasoning: Reasoning, target: Target, *, off: bool) -> dict[str, Any]:
    if off:
        return {"thinkingBudget": _LEAST_BUDGET if _CANNOT_STOP.search(target.vendor_model) else 0}
    if reasoning.budget is not None:
        return {"thinkingBudget": reasoning.budget}
    if reasoning.effort is not None:
        return {"thinkingBudget": _BUDGETS[reasoning.effort]}
    return {"thinkingBudget": -1} if reasoning.adaptive else {}
