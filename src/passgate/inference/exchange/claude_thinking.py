"""How Claude is told to think, at whichever vendor: a budget of tokens (older models) or adaptively (newer)."""

import re
from typing import Any

from passgate.inference.exchange.chat_request import ChatRequest, Reasoning
from passgate.inference.exchange.content import Thinking, ToolCall
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_BUDGET_MODELS = re.compile(r"claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[0-5](?!\d)|-20\d{6}|@|$))")
"""Models before Claude 4.6 (https://docs.anthropic.com/en/docs/build-with-claude/adaptive-thinking)."""
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 32768}
_LEAST_BUDGET = 1024
_EFFORTS = {"minimal": "low"}


def put_thinking(request: ChatRequest, target: Target, body: dict[str, Any], left_out: LeftOut) -> None:
    """Write how to think, as far as the model and the rest of the request allow it."""
    reasoning = request.reasoning
    if reasoning is None:
        return
    if reasoning.enabled is False or reasoning.effort == "none":
        body["thinking"] = {"type": "disabled"}
        return
    if _style(target) == "adaptive":
        body["thinking"] = {"type": "adaptive"}
        if reasoning.effort is not None:
            body.setdefault("output_config", {})["effort"] = _EFFORTS.get(reasoning.effort, reasoning.effort)
        elif reasoning.budget is not None:
            left_out.at("reasoning.max_tokens")
    else:
        budget = _budget(reasoning, body["max_tokens"])
        if budget is None or _must_call_tool(request) or not _thoughts_kept(request):
            left_out.member("reasoning")
            return
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    # Thinking models take no other temperature than 1, and no top_k.
    for name in ("temperature", "top_k"):
        if body.pop(name, None) is not None:
            left_out.member(name)


def _style(target: Target) -> str:
    told = target.profile.get("thinking")
    if told in {"adaptive", "budget"}:
        return str(told)
    return "budget" if _BUDGET_MODELS.search(target.vendor_model) else "adaptive"


def _budget(reasoning: Reasoning, limit: int) -> int | None:
    """Tokens to think with; they count towards the limit of the answer and must leave something of it."""
    wanted = reasoning.budget or _BUDGETS[reasoning.effort or "medium"]
    most = limit - max(1, limit // 4)
    return None if most < _LEAST_BUDGET else max(_LEAST_BUDGET, min(wanted, most))


def _must_call_tool(request: ChatRequest) -> bool:
    """A forced tool and thinking exclude each other."""
    return bool(request.tools) and request.tool_choice is not None and request.tool_choice.mode == "required"


def _thoughts_kept(request: ChatRequest) -> bool:
    """In the midst of tool calls a thinking model demands its earlier thoughts, which not every client keeps."""
    last = next((turn for turn in reversed(request.turns) if turn.role == "assistant"), None)
    if last is None or not any(isinstance(part, ToolCall) for part in last.parts):
        return True
    return any(isinstance(part, Thinking) and (part.signature or part.data) for part in last.parts)
