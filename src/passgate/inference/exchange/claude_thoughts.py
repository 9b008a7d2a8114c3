"""Claude's own thoughts that a client of another format sends back.

A thought that the answering model cannot read, since another model or account signed it, the vendor leaves out by
itself. The newest models also check that nothing before a thought has changed, and refuse the request where it has
(https://platform.claude.com/docs/en/build-with-claude/preserved-thinking). On the way through another format it does
change: texts are joined, instructions in the midst of a talk go to its start. So they are told to leave it out then.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from passgate.inference.exchange.carried_signature import ANTHROPIC
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.claude_model import claude_model
from passgate.inference.exchange.content import Part, Thinking
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

BETA = "thinking-binding-controls-2026-08-01"
_HEADER = "anthropic-beta"
_LEAVE_OUT = {"prefix_mismatch_behavior": "drop_block"}


def leave_thoughts(request: ChatRequest, target: Target, left_out: LeftOut) -> None:
    """Leave thoughts out of a request that has the model not think: nothing can be said of them there."""
    off = request.reasoning is not None and (request.reasoning.enabled is False or request.reasoning.effort == "none")
    if not off or not _are_checked(request, target):
        return
    model = claude_model(target.vendor_model)
    if model is None or model.off == "never":
        return
    for number, turn in enumerate(request.turns):
        for thought in filter(is_claudes, turn.parts):
            left_out.at(thought.path)
        request.turns[number] = replace(turn, parts=tuple(part for part in turn.parts if not is_claudes(part)))


def bind_thoughts(request: ChatRequest, target: Target, body: dict[str, Any]) -> None:
    """Say what is to become of thoughts whose talk has changed; how to think is written before.

    A request that says nothing of thinking has these models think as they see fit, which ``adaptive`` says too.
    """
    if _are_checked(request, target):
        body["thinking"] = {"type": "adaptive", **body.get("thinking", {}), "block_binding": _LEAVE_OUT}


def headers_for(body: Mapping[str, Any], client: Mapping[str, str]) -> Mapping[str, str]:
    """The client's headers, with what the vendor demands of a body that says something of earlier thoughts."""
    if "block_binding" not in body.get("thinking", {}) or BETA in client.get(_HEADER, ""):
        return client
    return {**client, _HEADER: ",".join(filter(None, (client.get(_HEADER), BETA)))}


def _are_checked(request: ChatRequest, target: Target) -> bool:
    model = claude_model(target.vendor_model)
    if model is None or not model.checks_thoughts:
        return False
    return any(is_claudes(part) for turn in request.turns for part in turn.parts)


def is_claudes(part: Part) -> bool:
    """Whether it is a thought that Claude signed or encrypted."""
    return isinstance(part, Thinking) and part.format in {None, ANTHROPIC} and bool(part.signature or part.data)
