"""How Claude is told to think, at whichever vendor: a budget of tokens (older models) or adaptively (newer)."""

from typing import Any

from passgate.inference.exchange.chat_request import ChatRequest, Effort, Reasoning
from passgate.inference.exchange.claude_model import ClaudeModel, claude_model
from passgate.inference.exchange.claude_thoughts import is_claudes
from passgate.inference.exchange.content import ToolCall
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 32768}
_LEAST_BUDGET = 1024
_EFFORTS: dict[Effort, Effort] = {"minimal": "low"}
_EFFORTS_BEFORE_4_7: dict[Effort, Effort] = {"minimal": "low", "xhigh": "high"}
_FIRST_WITH_XHIGH = (4, 7)


def put_thinking(request: ChatRequest, target: Target, body: dict[str, Any], left_out: LeftOut) -> None:
    """Write how to think, as far as the model and the rest of the request allow it."""
    reasoning = request.reasoning
    if reasoning is None:
        return
    model = claude_model(target.vendor_model)
    adapts = _adapts(target, model)
    if reasoning.enabled is False or reasoning.effort == "none":
        _put_off(reasoning, model, body, left_out, adapts=adapts)
    elif adapts:
        _put_adaptive(request, reasoning, model, body, left_out)
    else:
        budget = _budget(reasoning, body["max_tokens"])
        if budget is None or _must_call_tool(request) or not _thoughts_kept(request):
            left_out.member("reasoning")
            return
        body["thinking"] = {"type": "enabled", "budget_tokens": budget}
        if reasoning.display == "omitted":
            body["thinking"]["display"] = "omitted"


def _put_off(
    reasoning: Reasoning, model: ClaudeModel | None, body: dict[str, Any], left_out: LeftOut, *, adapts: bool
) -> None:
    way = "disabled" if model is None else model.off
    if way == "never":
        # As little thought as there is.
        _put_effort("low", model, body)
        left_out.member("reasoning")
        return
    if way != "unsaid":
        body["thinking"] = {"type": way}
    if reasoning.effort not in {None, "none"} and adapts:
        _put_effort(reasoning.effort, model, body)


def _put_adaptive(
    request: ChatRequest, reasoning: Reasoning, model: ClaudeModel | None, body: dict[str, Any], left_out: LeftOut
) -> None:
    if _must_call_tool(request) and model is not None and model.version < (5, 0):
        left_out.member("reasoning")
        return
    thinking = {"type": "adaptive"}
    if reasoning.display == "omitted":
        thinking["display"] = "omitted"
    elif model is not None and model.hides_thoughts:
        # A client that asks for thought expects to be told it, as every model before told it.
        thinking["display"] = "summarized"
    body["thinking"] = thinking
    if reasoning.effort is not None:
        _put_effort(reasoning.effort, model, body)
    elif reasoning.budget is not None:
        left_out.member("reasoning_budget")


def _put_effort(effort: Effort | None, model: ClaudeModel | None, body: dict[str, Any]) -> None:
    if effort is None:
        return
    known = _EFFORTS_BEFORE_4_7 if model is not None and model.version < _FIRST_WITH_XHIGH else _EFFORTS
    body.setdefault("output_config", {})["effort"] = known.get(effort, effort)


def _adapts(target: Target, model: ClaudeModel | None) -> bool:
    told = target.profile.get("thinking")
    if told in {"adaptive", "budget"}:
        return bool(told == "adaptive")
    return model is None or model.adapts


def _budget(reasoning: Reasoning, limit: int) -> int | None:
    """Tokens to think with; they count towards the limit of the answer and must leave something of it."""
    wanted = reasoning.budget or _BUDGETS[reasoning.effort or "medium"]
    most = limit - max(1, limit // 4)
    return None if most < _LEAST_BUDGET else max(_LEAST_BUDGET, min(wanted, most))


def _must_call_tool(request: ChatRequest) -> bool:
    """A forced tool and thinking exclude each other."""
    return bool(request.tools) and request.tool_choice is not None and request.tool_choice.mode == "required"


def _thoughts_kept(request: ChatRequest) -> bool:
    """In the midst of tool calls a thinking model demands its earlier thoughts, which not every client keeps.

    Nor does it go on with an answer that the client begins.
    """
    last = next((turn for turn in reversed(request.turns) if turn.role == "assistant"), None)
    if last is not None and last is request.turns[-1]:
        return False
    if last is None or not any(isinstance(part, ToolCall) for part in last.parts):
        return True
    return any(map(is_claudes, last.parts))
