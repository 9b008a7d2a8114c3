"""Counting a prompt's tokens (https://docs.claude.com/en/api/messages-count-tokens)."""

from typing import Any

from passgate.inference.dialects.anthropic.endpoint import count_request
from passgate.inference.dialects.anthropic.failure import read_failure
from passgate.inference.dialects.anthropic.native import MessageWatcher
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.json_text import names_model_once, with_model, write_json
from passgate.inference.translation import ParsedRequest, Target
from passgate.inference.vertex_address import is_vertex


def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request to count on, its bytes unchanged but for the model's name."""
    body: bytes | None = None
    if not is_vertex(target) and names_model_once(parsed.raw):
        body = parsed.raw if target.vendor_model == parsed.model else with_model(parsed.raw, target.vendor_model)
    if body is None:
        body = write_json({**exact_document(parsed), "model": target.vendor_model})
    return Outgoing(count_request(target, parsed.headers, body))


def inspect(document: dict[str, Any]) -> Findings:
    """Tell an answer from an error; counting uses nothing."""
    if "input_tokens" not in document:
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no count")
        return Findings(failure=failure)
    return Findings()


COUNT = NativeWire(prepare, inspect, MessageWatcher)
