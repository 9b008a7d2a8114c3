"""How OpenAI-compatible vendors are told to think: five ways, one of which the vendor's profile names."""

from passgate.inference.dialects.openai.body import Body
from passgate.inference.dialects.openai.gpt_model import gpt_model, kept_effort, wanted_effort
from passgate.inference.exchange.chat_request import Effort, Reasoning
from passgate.inference.translation import Target

_BUDGETS: dict[Effort, int] = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 32768,
    "max": 32768,
}


def put_reasoning(reasoning: Reasoning | None, target: Target, body: Body) -> None:
    """Write how to think, as the vendor wants it said."""
    if reasoning is None:
        return
    style = body.profile.reasoning_style
    if style == "effort":
        _put_effort(reasoning, target, body)
    elif style == "object":
        _put_object(reasoning, body)
    else:
        _put_switch(reasoning, body, style)


def _put_effort(reasoning: Reasoning, target: Target, body: Body) -> None:
    effort = wanted_effort(reasoning)
    model = gpt_model(target)
    if effort is None or (reasoning.enabled is False and model is None):
        body.left_out.member("reasoning")
        return
    body.put("reasoning", "reasoning_effort", effort if model is None else kept_effort(model, effort, body.left_out))
    if reasoning.display is not None:
        body.left_out.member("reasoning_display")


def _put_object(reasoning: Reasoning, body: Body) -> None:
    if not _wanted(reasoning):
        told: dict[str, object] = {"enabled": False}
    elif reasoning.budget is not None:
        told = {"max_tokens": reasoning.budget}
    elif reasoning.effort is not None:
        told = {"effort": reasoning.effort}
    else:
        told = {"enabled": True}
    if reasoning.display == "omitted":
        told["exclude"] = True
    body.put("reasoning", "reasoning", told)


def _put_switch(reasoning: Reasoning, body: Body, style: str) -> None:
    """On or off; how much is for most of these vendors not to be said."""
    wanted = _wanted(reasoning)
    budget = reasoning.budget or (_BUDGETS[reasoning.effort] if reasoning.effort and wanted else None)
    if style == "thinking":
        body.put("reasoning", "thinking", {"type": "enabled" if wanted else "disabled"})
    elif style == "chat_template":
        body.put("reasoning", "chat_template_kwargs", {"enable_thinking": wanted, "thinking": wanted})
    else:
        body.put("reasoning", "enable_thinking", wanted)
        if wanted:
            body.put("reasoning", "thinking_budget", budget)
        return
    if wanted and budget is not None:
        body.left_out.member("reasoning")


def _wanted(reasoning: Reasoning) -> bool:
    return reasoning.enabled is not False and reasoning.effort != "none"
