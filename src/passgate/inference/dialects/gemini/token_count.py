"""Counting a prompt's tokens (https://ai.google.dev/api/tokens)."""

from typing import Any

from passgate.inference.dialects.gemini.embeddings import NoWatcher
from passgate.inference.dialects.gemini.endpoint import resource, vendor_request
from passgate.inference.dialects.gemini.failure import read_failure
from passgate.inference.exact_document import exact_document
from passgate.inference.exchange.ports import Findings, NativeWire, Outgoing, VendorGarbageError
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target

_WHOLE = ("generateContentRequest", "generate_content_request")


def prepare(parsed: ParsedRequest, target: Target) -> Outgoing:
    """Pass a request to count on; a whole request within it names its model."""
    body = parsed.raw
    named = next((name for name in _WHOLE if isinstance(parsed.document.get(name), dict)), None)
    if named is not None or "model" in parsed.document:
        exact = {name: value for name, value in exact_document(parsed).items() if name != "model"}
        if named is not None:
            exact[named] = {**exact[named], "model": resource(target)}
        body = write_json(exact)
    return Outgoing(vendor_request(target, "countTokens", body))


def inspect(document: dict[str, Any]) -> Findings:
    """Tell an answer from an error; counting uses nothing."""
    if "totalTokens" not in document:
        failure = read_failure(document)
        if failure is None:
            raise VendorGarbageError("no count")
        return Findings(failure=failure)
    return Findings()


COUNT = NativeWire(prepare, inspect, NoWatcher)
