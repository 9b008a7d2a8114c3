"""How OpenAI-compatible vendors are told to think: five ways, one of which the vendor's profile names."""

from passgate.inference.dialects.openai.body import Body
from passgate.inference.exchange.chat_request import Effort, Reasoning

_EFFORT_OF_BUDGET: tuple[tuple[int, Effort], ...] = ((2048, "low"), (8192, "medium"))
"""Up to so many tokens of thought an Anthropic client's budget counts as so much effort; more is ``high``."""
_BUDGETS: dict[Effort, int] = {
    "minimal": 1024,
    "low": 2048,
    "medium": 8192,
    "high": 16384,
    "xhigh": 32768,
    "max": 32768,
}


def put_reasoning(reasoning: Reasoning | None, body: Body) -> None:
    """Write how to think, as the vendor wants it said."""
    if reasoning is None:
        return
    style = body.profile.reasoning_style
    if style == "effort":
        _put_effort(reasoning, body)
    elif style == "object":
        _put_object(reasoning, body)
    else:
        _put_switch(reasoning, body, style)


def _put_effort(reasoning: Reasoning, body: Body) -> None:
    effort = reasoning.effort
    if effort is None and reasoning.enabled and reasoning.budget is not None:
        budget = reasoning.budget
        effort = next((name for most, name in _EFFORT_OF_BUDGET if budget <= most), "high")
    if effort is None or reasoning.enabled is False:
        body.left_out.member("reasoning")
        return
    body.put("reasoning", "reasoning_effort", effort)
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
