"""What may be said to Claude of sampling and of forcing tools, at whichever vendor; what it refuses is left out.

A temperature beyond its highest, which other vendors take up to 2, becomes that: it is the nearest that there is.
"""

from typing import Any

from passgate.inference.exchange.chat_request import ToolChoice
from passgate.inference.exchange.claude_model import claude_model
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_SAMPLING = ("temperature", "top_p", "top_k")
_MOST_TEMPERATURE = 1
"""See ``temperature`` at https://docs.claude.com/en/api/messages; of stop sequences it states no number."""
_LEAST_TOP_P = 0.95
"""While it thinks (https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility)."""


def keep_sampling(target: Target, body: dict[str, Any], left_out: LeftOut) -> None:
    """Leave out what the model refuses of ``temperature``, ``top_p`` and ``top_k``; how to think is written before."""
    model = claude_model(target.vendor_model)
    refused: set[str] = set()
    if model is not None and not model.takes_sampling:
        refused.update(_SAMPLING)
    elif body.get("thinking", {}).get("type") in {"enabled", "adaptive"}:
        refused.update({"temperature", "top_k"})
        if body.get("top_p", 1) < _LEAST_TOP_P:
            refused.add("top_p")
    elif model is not None and model.takes_one_of_two and "temperature" in body:
        refused.add("top_p")
    for name in _SAMPLING:
        if name in refused and body.pop(name, None) is not None:
            left_out.member(name)
    if model is not None and "temperature" in body:
        body["temperature"] = left_out.no_higher_temperature(body["temperature"], _MOST_TEMPERATURE)


def kept_choice(choice: ToolChoice | None, target: Target, left_out: LeftOut) -> ToolChoice | None:
    """The choice of tools; the newest models refuse to be forced and choose by themselves then."""
    if choice is None or choice.mode != "required":
        return choice
    model = claude_model(target.vendor_model)
    if model is None or model.can_be_forced:
        return choice
    left_out.member("tool_choice")
    return ToolChoice("auto", choice.names)
