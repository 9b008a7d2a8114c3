"""What Converse passes on to one family of models only (``additionalModelRequestFields``): top_k, how to think."""

from typing import Any

from passgate.inference.dialects.bedrock.model_family import Family
from passgate.inference.exchange.chat_request import ChatRequest, Effort
from passgate.inference.exchange.claude_model import most_output
from passgate.inference.exchange.claude_sampling import keep_sampling
from passgate.inference.exchange.claude_thinking import put_thinking
from passgate.inference.exchange.claude_thoughts import BETA, bind_thoughts
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_NOVA_EFFORTS: dict[Effort, str] = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}
_OPENAI_EFFORTS: dict[Effort, str] = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}


def put_model_fields(
    request: ChatRequest, target: Target, family: Family, body: dict[str, Any], left_out: LeftOut
) -> None:
    """Write what the model's family understands, and name what it does not."""
    fields: dict[str, Any] = {}
    if family == "anthropic":
        _put_claude(request, target, body, fields, left_out)
    elif family == "nova":
        if request.top_k is not None:
            fields["inferenceConfig"] = {"topK": request.top_k}
        _put_effort(request, fields, left_out, "reasoningConfig", _NOVA_EFFORTS)
    else:
        left_out.member_if("top_k", request.top_k)
        _put_effort(request, fields, left_out, "reasoning_effort", _OPENAI_EFFORTS if family == "openai" else {})
    if fields:
        body["additionalModelRequestFields"] = fields


def _put_claude(
    request: ChatRequest, target: Target, body: dict[str, Any], fields: dict[str, Any], left_out: LeftOut
) -> None:
    inference = body["inferenceConfig"]
    limit = inference.get("maxTokens") or most_output(target)
    told: dict[str, Any] = {name: getattr(request, name) for name in ("temperature", "top_p", "top_k")}
    told = {"max_tokens": limit, **{name: value for name, value in told.items() if value is not None}}
    put_thinking(request, target, told, left_out)
    bind_thoughts(request, target, told)
    keep_sampling(target, told, left_out)
    for name, written in (("temperature", "temperature"), ("top_p", "topP")):
        if name not in told:
            inference.pop(written, None)
    for name in ("top_k", "thinking", "output_config"):
        if name in told:
            fields[name] = told[name]
    if "block_binding" in told.get("thinking", {}):
        fields["anthropic_beta"] = [BETA]
    if "budget_tokens" in told.get("thinking", {}):
        inference["maxTokens"] = limit


def _put_effort(
    request: ChatRequest, fields: dict[str, Any], left_out: LeftOut, name: str, efforts: dict[Effort, str]
) -> None:
    reasoning = request.reasoning
    if reasoning is None:
        return
    if reasoning.enabled is False or reasoning.effort == "none":
        if not efforts or name == "reasoning_effort":
            left_out.member("reasoning")
        return  # the models of Nova do not think unless told to
    effort = efforts.get(reasoning.effort or "medium") or efforts.get("high")
    if effort is None:
        left_out.member("reasoning")
    elif name == "reasoning_effort":
        fields[name] = effort
    else:
        fields[name] = {"type": "enabled", "maxReasoningEffort": effort}
