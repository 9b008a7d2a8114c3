"""Each feature of a chat request: a request without it, and one with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
_EPHEMERAL = {"type": "ephemeral"}


@dataclass(frozen=True)
class Feature:
    """One thing that a client may ask for.

    Attributes:
        name: in the reader's words.
        form: the family of the format that it is told in.
        without: a request.
        given: the same with the feature.
    """

    name: str
    form: str
    without: dict[str, Any]
    given: dict[str, Any]


def _said(content: object, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": content}


def _openai(**more: object) -> dict[str, Any]:
    return {"model": "public", "messages": [_said("Hello")], **more}


def _anthropic(**more: object) -> dict[str, Any]:
    return {"model": "public", "max_tokens": 4000, "messages": [_said("Hello")], **more}


def _gemini(**more: object) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], **more}


def _tool(name: str = "weather", **more: object) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "d", "parameters": _SCHEMA, **more}}


_TOOL = {"name": "weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
_CALLED = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bern"}'}}
_CALLED_TOO = {**_CALLED, "id": "call_2"}
_USE = {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Bern"}}


def features() -> Iterator[Feature]:
    """All of them."""
    yield from _messages()
    yield from _parts()
    yield from _tools()
    yield from _settings()
    yield from _reasoning()
    yield from _responses()


def _with_responses(name: str, **more: object) -> Feature:
    plain = {"model": "public", "input": [_said("Hello")]}
    return Feature(f"Responses: {name}", "responses", plain, {**plain, **more})


def _with_openai(name: str, **more: object) -> Feature:
    return Feature(name, "openai", _openai(), _openai(**more))


def _with_anthropic(name: str, **more: object) -> Feature:
    return Feature(name, "anthropic", _anthropic(), _anthropic(**more))


def _messages() -> Iterator[Feature]:
    talk = [_said("Hello"), _said("Hi.", "assistant"), _said("Go on")]
    yield _with_openai("system prompt", messages=[_said("Be brief.", "system"), _said("Hello")])
    yield _with_openai("developer prompt", messages=[_said("Be brief.", "developer"), _said("Hello")])
    yield _with_openai("system prompt in mid-talk", messages=[*talk, _said("Be brief.", "system"), _said("Now")])
    yield _with_openai("several turns", messages=talk)
    yield _with_openai("name of a speaker", messages=[{**_said("Hello"), "name": "Ada"}])
    refusal = {"role": "assistant", "refusal": "I will not."}
    yield _with_openai("refusal sent back", messages=[_said("Hello"), refusal, _said("Why?")])


def _parts() -> Iterator[Feature]:
    hello = {"type": "text", "text": "Hello"}
    data = f"data:image/png;base64,{_PIXEL}"
    pdf = "data:application/pdf;base64,JVBERi0xLjQ="
    parts: dict[str, dict[str, Any]] = {
        "picture as data": {"type": "image_url", "image_url": {"url": data}},
        "picture by URL": {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}},
        "picture with detail": {"type": "image_url", "image_url": {"url": data, "detail": "high"}},
        "document as data": {"type": "file", "file": {"filename": "a.pdf", "file_data": pdf}},
        "sound": {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        "file that OpenAI keeps": {"type": "file", "file": {"file_id": "file-1"}},
    }
    for name, part in parts.items():
        yield Feature(name, "openai", _openai(messages=[_said([hello])]), _openai(messages=[_said([hello, part])]))
    blocks: dict[str, dict[str, Any]] = {
        "document by URL": {"type": "document", "source": {"type": "url", "url": "https://e.example/a.pdf"}},
        "document as text": {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "T"}},
        "caching hint on a part": {"type": "text", "text": "Hi", "cache_control": _EPHEMERAL},
    }
    cited = {**blocks["document as text"], "citations": {"enabled": True}}
    for name, block in blocks.items():
        plain = {"type": "text", "text": "Hi"} if "cache" in name or "caching" in name else hello
        yield Feature(
            name, "anthropic", _anthropic(messages=[_said([plain])]), _anthropic(messages=[_said([hello, block])])
        )
    yield Feature(
        "citations asked for",
        "anthropic",
        _anthropic(messages=[_said([blocks["document as text"]])]),
        _anthropic(messages=[_said([cited])]),
    )


def _tools() -> Iterator[Feature]:
    yield _with_openai("tools", tools=[_tool()])
    two = [_tool(), _tool("time")]
    named = {"type": "function", "function": {"name": "weather"}}
    allowed = {"mode": "required", "tools": [named]}
    choices: dict[str, Any] = {
        "none": "none",
        "auto": "auto",
        "required": "required",
        "one tool": named,
        "allowed tools": {"type": "allowed_tools", "allowed_tools": allowed},
    }
    for name, choice in choices.items():
        given = _openai(tools=two, tool_choice=choice)
        yield Feature(f"tool_choice: {name}", "openai", _openai(tools=two), given)
    yield Feature("one call at a time", "openai", _openai(tools=two), _openai(tools=two, parallel_tool_calls=False))
    yield Feature("strict tools", "openai", _openai(tools=[_tool()]), _openai(tools=[_tool(strict=True)]))
    talk = [_said("Weather?"), {"role": "assistant", "tool_calls": [_CALLED]}]
    results = [{"role": "tool", "tool_call_id": "call_1", "content": "fine"}]
    one = _openai(messages=[*talk, *results], tools=[_tool()])
    yield Feature("tool call and result", "openai", _openai(messages=talk[:1], tools=[_tool()]), one)
    both = [_said("Weather?"), {"role": "assistant", "tool_calls": [_CALLED, _CALLED_TOO]}]
    two_results = [*results, {"role": "tool", "tool_call_id": "call_2", "content": "wet"}]
    yield Feature("parallel calls", "openai", one, _openai(messages=[*both, *two_results], tools=[_tool()]))
    yield from _tool_results()


def _tool_results() -> Iterator[Feature]:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _PIXEL}}
    text = {"type": "text", "text": "fine"}

    def request(result: dict[str, Any]) -> dict[str, Any]:
        told = {"type": "tool_result", "tool_use_id": "call_1", **result}
        return _anthropic(messages=[_said("Weather?"), _said([_USE], "assistant"), _said([told])], tools=[_TOOL])

    plain = request({"content": [text]})
    yield Feature("tool result with a picture", "anthropic", plain, request({"content": [text, picture]}))
    yield Feature("tool that failed", "anthropic", plain, request({"content": [text], "is_error": True}))
    cached = _anthropic(tools=[{**_TOOL, "cache_control": _EPHEMERAL}])
    yield Feature("caching hint on a tool", "anthropic", _anthropic(tools=[_TOOL]), cached)


def _settings() -> Iterator[Feature]:
    settings: dict[str, Any] = {
        "max_completion_tokens": 50,
        "temperature": 0.5,
        "top_p": 0.5,
        "stop": ["END"],
        "seed": 5,
        "n": 2,
        "frequency_penalty": 0.5,
        "presence_penalty": 0.5,
        "logit_bias": {"1": 1},
        "logprobs": True,
        "verbosity": "low",
        "user": "u",
        "metadata": {"a": "b"},
        "service_tier": "flex",
        "prompt_cache_key": "k",
        "modalities": ["text", "audio"],
        "prediction": {"type": "content", "content": "x"},
        "web_search_options": {},
    }
    for name, value in settings.items():
        yield _with_openai(name, **{name: value})
    yield Feature("top_logprobs", "openai", _openai(logprobs=True), _openai(logprobs=True, top_logprobs=3))
    schema = {"name": "answer", "schema": _SCHEMA}
    yield _with_openai("JSON object", response_format={"type": "json_object"})
    plain = _openai(response_format={"type": "json_schema", "json_schema": schema})
    yield Feature("JSON schema", "openai", _openai(), plain)
    strict = {"type": "json_schema", "json_schema": {**schema, "strict": True}}
    yield Feature("JSON schema, strict", "openai", _openai(), _openai(response_format=strict))
    yield _with_anthropic("top_k", top_k=5)
    yield _with_anthropic("caching hint for the whole", cache_control=_EPHEMERAL)
    safety = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    yield Feature("Gemini's safety settings", "gemini", _gemini(), _gemini(safetySettings=safety))
    yield Feature(
        "Gemini's logprobs", "gemini", _gemini(), _gemini(generationConfig={"responseLogprobs": True, "logprobs": 2})
    )
    yield Feature("Gemini's search", "gemini", _gemini(), _gemini(tools=[{"googleSearch": {}}]))


def _reasoning() -> Iterator[Feature]:
    for effort in ("none", "minimal", "low", "high"):
        yield _with_openai(f"reasoning effort: {effort}", reasoning_effort=effort)
    budget = {"type": "enabled", "budget_tokens": 2000}
    yield _with_anthropic("thinking within a budget", thinking=budget)
    yield _with_anthropic("thinking switched off", thinking={"type": "disabled"})
    yield _with_anthropic("thinking as the model likes", thinking={"type": "adaptive"})
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "c2VjcmV0"}
    said = {"type": "text", "text": "Hi."}

    def request(*blocks: dict[str, Any]) -> dict[str, Any]:
        return _anthropic(messages=[_said("Hello"), _said([*blocks, said], "assistant"), _said("Go on")])

    yield Feature("signed thoughts sent back", "anthropic", request(), request(thought))
    yield Feature("encrypted thoughts sent back", "anthropic", request(), request(hidden))


def _responses() -> Iterator[Feature]:
    picture = {"type": "input_image", "image_url": f"data:image/png;base64,{_PIXEL}"}
    pdf = {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQ="}
    by_url = {"type": "input_file", "file_url": "https://e.example/a.pdf"}
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "c2ln"}
    call = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Bern"}'}
    result = {"type": "function_call_output", "call_id": "call_1", "output": "fine"}
    searched = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    tool = {"type": "function", "name": "weather", "parameters": _SCHEMA, "strict": True}
    items: dict[str, list[Any]] = {
        "developer's message": [_said("Be brief.", "developer"), _said("Hello")],
        "picture": [_said("Hello"), _said([picture])],
        "file as data": [_said("Hello"), _said([pdf])],
        "file by URL": [_said("Hello"), _said([by_url])],
        "call and its output": [_said("Hello"), call, result],
        "encrypted thoughts": [_said("Hello"), thought, _said("Hi.", "assistant"), _said("Go on")],
        "what OpenAI's tools did": [_said("Hello"), searched, _said("Hi.", "assistant"), _said("Go on")],
    }
    for name, given in items.items():
        yield _with_responses(name, input=given)
    settings: dict[str, Any] = {
        "instructions": "Be brief.",
        "max_output_tokens": 50,
        "metadata": {"a": "b"},
        "truncation": "auto",
        "safety_identifier": "u",
        "tools": [tool],
    }
    for name, value in settings.items():
        yield _with_responses(name, **{name: value})
    yield _with_responses("logprobs", include=["message.output_text.logprobs"])
    yield _with_responses("JSON schema", text={"format": {"type": "json_schema", "name": "answer", "schema": _SCHEMA}})
    yield _with_responses("verbosity", text={"verbosity": "low"})
    yield _with_responses("reasoning effort", reasoning={"effort": "low", "summary": "auto"})
    yield _with_responses("web search", tools=[{"type": "web_search"}])
