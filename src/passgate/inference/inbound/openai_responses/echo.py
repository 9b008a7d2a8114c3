"""What a response tells of its own request, as OpenAI does.

See https://platform.openai.com/docs/api-reference/responses/object. What the client did not say is null where only the
vendor knows what it took instead.
"""

from collections.abc import Mapping
from typing import Any

_UNSAID: dict[str, Any] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "safety_identifier": None,
    "store": False,
    "temperature": None,
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": None,
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}
_FUNCTION = {"description": None, "parameters": None, "strict": None}


def echoed(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a response that repeat the request."""
    told = {name: unsaid if asked.get(name) is None else asked[name] for name, unsaid in _UNSAID.items()}
    told["reasoning"] = {"effort": None, "summary": None, **(asked.get("reasoning") or {})}
    told["text"] = {"format": {"type": "text"}, **(asked.get("text") or {})}
    told["tools"] = [{**_FUNCTION, **tool} if tool["type"] == "function" else tool for tool in told["tools"]]
    return told
