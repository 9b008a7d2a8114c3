"""Counting a prompt's tokens (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html)."""

import re
from dataclasses import replace

from passgate.inference.dialects.bedrock.endpoint import model_url
from passgate.inference.dialects.bedrock.failure import read_failure
from passgate.inference.dialects.bedrock.request import HEADERS, converse_body
from passgate.inference.exchange.chat_request import ChatRequest
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.exchange.ports import CountDialect, Outgoing
from passgate.inference.exchange.token_count import CountAnswer
from passgate.inference.json_text import write_json
from passgate.inference.translation import ParsedRequest, Target, VendorRequest

_COUNTED = ("messages", "system", "toolConfig")
_PROFILE = re.compile(r"^(?:us-gov|us|eu|apac|jp|au|ca|sa|me|global)\.")
"""The region in front of an inference profile's id (``eu.anthropic.claude-…``); only the model itself counts."""


def write_count_request(request: ChatRequest, parsed: ParsedRequest, target: Target) -> Outgoing:
    """Write a request whose tokens are to be counted; a model that does not count says so itself."""
    del parsed  # nothing of the client's headers matters to Bedrock
    model = replace(target, vendor_model=_PROFILE.sub("", target.vendor_model))
    whole = converse_body(request, model, LeftOut(request))
    counted = {name: whole[name] for name in _COUNTED if name in whole}
    body = write_json({"input": {"converse": counted}})
    return Outgoing(VendorRequest("POST", model_url(model, "count-tokens"), dict(HEADERS), body))


COUNTING = CountDialect(write_count_request, CountAnswer("inputTokens", read_failure).read)
