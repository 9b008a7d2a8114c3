"""A neutral chat request as Anthropic takes it (https://docs.anthropic.com/en/api/messages)."""

from typing import Any

from passgate.inference.dialects.anthropic.blocks import BlockWriter, cache_control, text_block
from passgate.inference.dialects.anthropic.endpoint import addressed, count_request, messages_request
from passgate.inference.exchange.chat_request import ChatRequest, Tool, ToolChoice
from passgate.inference.exchange.claude_model import check_prefill, most_output
from passgate.inference.exchange.claude_sampling import keep_sampling, kept_choice
from passgate.inference.exchange.claude_thinking import put_thinking
from passgate.inference.exchange.claude_thoughts import bind_thoughts, headers_for, leave_thoughts
from passgate.inference.exchange.content import Part, Text
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import Outgoing
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, UntranslatableError

_UNKNOWN = (
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "verbosity",
    "metadata",
    "prompt_cache_key",
)
_COUNTED = ("system", "messages", "tools", "tool_choice", "thinking")
_TIERS = {"auto": "auto", "default": "standard_only"}


def write_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write the whole request; what Anthropic has no word for is left out and named.

    Instructions in the middle of the talk go to the others at its start, which is where every model takes them.
    """
    left_out = LeftOut(request)
    body = addressed(_body(request, target, left_out), target)
    outgoing = messages_request(target, headers_for(body, parsed.headers), write_json(body), stream=request.stream)
    return Outgoing(outgoing, left_out.names())


def write_count_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write a request whose tokens are to be counted; what bears on the answer alone says nothing to the count."""
    left_out = LeftOut(request)
    whole = _body(request, target, left_out)
    body = {name: whole[name] for name in _COUNTED if name in whole}
    told = write_json({**body, "model": target.vendor_model})
    return Outgoing(count_request(target, headers_for(body, parsed.headers), told))


def _body(request: ChatRequest, target: Target, left_out: LeftOut) -> dict[str, Any]:
    if request.n not in {None, 1}:
        raise UntranslatableError("The field 'n' cannot be translated: Anthropic gives one answer.", field="n")
    leave_thoughts(request, target, left_out)
    body: dict[str, Any] = {"max_tokens": _limit(request, target, left_out)}
    system, messages = _messages(request, target, BlockWriter(left_out), left_out)
    if system:
        plain = len(system) == 1 and system[0].keys() == {"type", "text"}
        body["system"] = system[0]["text"] if plain else system
    body["messages"] = messages
    for name in ("temperature", "top_p", "top_k"):
        if getattr(request, name) is not None:
            body[name] = getattr(request, name)
    for name in _UNKNOWN:
        left_out.member_if(name, getattr(request, name))
    _put_stop(request, body, left_out)
    _put_tools(request, target, body, left_out)
    _put_format(request, body, left_out)
    _put_account(request, body, left_out)
    put_thinking(request, target, body, left_out)
    bind_thoughts(request, target, body)
    keep_sampling(target, body, left_out)
    if request.stream:
        body["stream"] = True
    for name in target.profile.get("refuses", ()):
        if body.pop(name, None) is not None:
            left_out.member(name)
    return body


def _limit(request: ChatRequest, target: Target, left_out: LeftOut) -> int:
    """Anthropic demands one; a larger one than the model has would be refused, so it is lowered and named."""
    limit = left_out.no_larger_limit(request.max_tokens, target.max_output_tokens)
    return limit if limit is not None else most_output(target)


def _messages(
    request: ChatRequest, target: Target, writer: BlockWriter, left_out: LeftOut
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    system = [text_block(text) for text in request.system if text.text.strip()]
    messages: list[dict[str, Any]] = []
    for turn in request.turns:
        if turn.name is not None:
            left_out.at(turn.path, "name")
        if turn.role == "system":
            system.extend(text_block(part) for part in map(_instruction, turn.parts) if part.text.strip())
            continue
        blocks = [block for part in turn.parts if (block := writer.write(part)) is not None]
        if messages and messages[-1]["role"] == turn.role:
            # All results of one answer's tool calls must stand in one message.
            messages[-1]["content"].extend(blocks)
        elif blocks:
            messages.append({"role": turn.role, "content": blocks})
    if not messages:
        message = "The field 'messages' cannot be translated: Anthropic needs a message of the user's."
        raise UntranslatableError(message, field="messages")
    if messages[-1]["role"] == "assistant":
        check_prefill(request, target)
    _trim_last(messages[-1])
    return system, messages


def _trim_last(message: dict[str, Any]) -> None:
    """An answer that the model is to go on with must not end in white space."""
    last = message["content"][-1] if message["role"] == "assistant" else {}
    if last.get("type") == "text":
        last["text"] = last["text"].rstrip()


def _instruction(part: Part) -> Text:
    if not isinstance(part, Text):
        message = f"'{part.path}' cannot be translated: Anthropic takes text there."
        raise UntranslatableError(message, field=part.path)
    return part


def _put_stop(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    usable = [stop for stop in request.stop if stop.strip()]
    if usable:
        body["stop_sequences"] = usable
    if len(usable) != len(request.stop):
        # Anthropic refuses stop sequences of white space alone.
        left_out.member("stop")


def _put_tools(request: ChatRequest, target: Target, body: dict[str, Any], left_out: LeftOut) -> None:
    choice = request.tool_choice
    tools = request.offered_tools()
    if not tools:
        left_out.member_if("tool_choice", choice)
        left_out.member_if("parallel_tool_calls", request.parallel_tool_calls)
        return
    body["tools"] = [_tool(tool) for tool in tools]
    choice = kept_choice(choice, target, left_out)
    written = _choice(choice)
    if request.parallel_tool_calls is False and written.get("type") != "none":
        written["disable_parallel_tool_use"] = True
    elif choice is None:
        return
    body["tool_choice"] = written


def _tool(tool: Tool) -> dict[str, Any]:
    written: dict[str, Any] = {"name": tool.name}
    if tool.description:
        written["description"] = tool.description
    written["input_schema"] = {"type": "object", **tool.parameters}
    if tool.strict:
        written["strict"] = True
    if tool.cache is not None:
        written["cache_control"] = cache_control(tool.cache)
    return written


def _choice(choice: ToolChoice | None) -> dict[str, Any]:
    if choice is None:
        return {"type": "auto"}
    if choice.forced is not None:
        return {"type": "tool", "name": choice.forced}
    return {"type": "any" if choice.mode == "required" else choice.mode}


def _put_format(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    wanted = request.response_format
    if wanted is None or wanted.kind == "text":
        return
    if wanted.kind == "json_object":
        # OpenAI demands that the messages themselves ask for JSON, so the model is told; it is not held to it.
        left_out.member("response_format")
        return
    body.setdefault("output_config", {})["format"] = {"type": "json_schema", "schema": wanted.schema}
    left_out.all_but_schema(wanted)


def _put_account(request: ChatRequest, body: dict[str, Any], left_out: LeftOut) -> None:
    if request.user is not None:
        body["metadata"] = {"user_id": request.user}
    if request.cache is not None:
        body["cache_control"] = cache_control(request.cache)
    if request.service_tier in _TIERS:
        body["service_tier"] = _TIERS[request.service_tier]
    else:
        left_out.member_if("service_tier", request.service_tier)
