"""Requests of each format, read for what they ask."""

import base64
import json
from collections.abc import Callable
from typing import Any

from benchmarks.fidelity.asked import Asked, plain_schema
from benchmarks.fidelity.meaning import Meaning, as_dict, as_rows
from benchmarks.fidelity.responses import read_request as read_responses

_OPENAI = (
    "model messages stream stream_options tools tool_choice response_format temperature top_p top_k seed n logprobs "
    "frequency_penalty presence_penalty logit_bias top_logprobs verbosity user metadata service_tier stop max_tokens "
    "prompt_cache_key max_completion_tokens parallel_tool_calls reasoning_effort reasoning modalities audio"
)
_ANTHROPIC = (
    "model messages stream tools tool_choice system temperature top_p top_k stop_sequences max_tokens metadata "
    "service_tier thinking output_config cache_control"
)
_SAME = (
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "verbosity",
    "user",
    "metadata",
    "prompt_cache_key",
)
_TIERS = {"standard_only": "default", "standard": "default"}


def _settings(asked: Asked, document: dict[str, Any], names: dict[str, str]) -> None:
    for aspect, name in names.items():
        asked.put(aspect, document.get(name))


def _many(told: object) -> object:
    return None if told in (None, 1) else told


def _tier(told: object) -> object:
    plain = told.lower() if isinstance(told, str) else None
    return None if plain in {None, "auto"} else _TIERS.get(str(plain), plain)


def _stops(told: object) -> object:
    return [told] if isinstance(told, str) else told or None


def read_openai(document: dict[str, Any]) -> Meaning:
    """A chat completion request."""
    asked = Asked()
    for message in as_rows(document.get("messages")):
        _openai_message(message, asked)
    for tool in as_rows(document.get("tools")):
        function = as_dict(tool.get("function"))
        if not function:
            asked.add("own tools", tool.get("type"))
            continue
        asked.cache(tool)
        asked.tool(
            function["name"], function.get("description"), function.get("parameters"), strict=function.get("strict")
        )
    asked.choice = _openai_choice(document.get("tool_choice"))
    _settings(asked, document, {name: name for name in _SAME})
    asked.put("stop", _stops(document.get("stop")))
    asked.put("n", _many(document.get("n")))
    asked.put("service tier", _tier(document.get("service_tier")))
    asked.put("max tokens", document.get("max_completion_tokens") or document.get("max_tokens"))
    asked.put("one call at a time", document.get("parallel_tool_calls") is False or None)
    _openai_format(as_dict(document.get("response_format")), asked)
    told = document.get("reasoning_effort") or as_dict(document.get("reasoning")).get("effort")
    if told or document.get("reasoning"):
        asked.put("reasoning", "off" if told == "none" else "on")
    asked.put("field modalities", document.get("audio"))
    asked.leftovers(document, _OPENAI)
    return asked.meaning()


def _openai_message(message: dict[str, Any], asked: Asked) -> None:
    role = {"developer": "system"}.get(message["role"], message["role"])
    content = message.get("content")
    asked.cache(message)
    asked.add("names", message.get("name"))
    if role == "tool":
        parts = [part.get("text", "") for part in as_rows(content)]
        asked.result(message.get("tool_call_id"), content if isinstance(content, str) else "\n".join(parts))
        return
    details = as_rows(message.get("reasoning_details"))
    plain = message.get("reasoning_content") or message.get("reasoning")
    asked.thinking.append(plain or "".join(row.get("text") or row.get("summary") or "" for row in details))
    for row in details:
        asked.add("signatures", row.get("signature") or row.get("data"))
    asked.text(role, content)
    for part in as_rows(content):
        _openai_part(role, part, asked)
    asked.text(role, message.get("refusal"))
    for call in as_rows(message.get("tool_calls")):
        asked.call(call.get("id"), call["function"]["name"], call["function"].get("arguments"))


def _openai_part(role: str, part: dict[str, Any], asked: Asked) -> None:
    asked.cache(part)
    match part.get("type"):
        case "text" | "refusal":
            asked.text(role, part.get("text") or part.get("refusal"))
        case "thinking":
            asked.thinking += [piece["text"] for piece in as_rows(part.get("thinking"))]
        case "image_url":
            image = part["image_url"]
            asked.source("images", url=image["url"] if isinstance(image, dict) else image)
            detail = as_dict(image).get("detail")
            asked.add("image detail", None if detail == "auto" else detail)
        case "input_audio":
            asked.source("audio", data=part["input_audio"]["data"])
        case "file":
            file = part["file"]
            if str(file.get("file_data") or "").startswith("data:"):
                asked.document(role, None, file["file_data"])
            else:
                asked.source("documents", data=file.get("file_data"), file=file.get("file_id"))
        case "document_url":
            asked.source("documents", url=part["document_url"])
        case other:
            asked.add("other parts", other)


def _openai_choice(told: object) -> tuple[str, tuple[str, ...]] | None:
    if isinstance(told, str):
        return {"any": "required"}.get(told, told), ()  # Mistral's word
    choice = as_dict(told)
    if choice.get("type") == "allowed_tools":
        allowed = choice["allowed_tools"]
        return allowed["mode"], tuple(row["function"]["name"] for row in allowed["tools"])
    return ("required", (choice["function"]["name"],)) if "function" in choice else None


def _openai_format(told: dict[str, Any], asked: Asked) -> None:
    kind = told.get("type")
    if kind == "json_schema":
        inner = told["json_schema"]
        asked.put("format", ("json_schema", plain_schema(inner.get("schema") or {})))
    elif kind not in {None, "text"}:
        asked.put("format", (kind, None))


def read_anthropic(document: dict[str, Any]) -> Meaning:
    """A request for a message."""
    asked = Asked()
    asked.cache(document)
    system = document.get("system")
    _anthropic_blocks("system", system, asked)
    for message in as_rows(document.get("messages")):
        _anthropic_blocks(message["role"], message.get("content"), asked)
    for tool in as_rows(document.get("tools")):
        asked.cache(tool)
        asked.tool(tool["name"], tool.get("description"), tool.get("input_schema"), strict=tool.get("strict"))
    choice = as_dict(document.get("tool_choice"))
    mode = {"any": "required", "tool": "required"}.get(choice.get("type", "auto"), choice.get("type", "auto"))
    asked.choice = (mode, (choice["name"],) if "name" in choice else ())
    asked.put("one call at a time", choice.get("disable_parallel_tool_use") or None)
    _settings(asked, document, {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k"})
    asked.put("stop", document.get("stop_sequences") or None)
    asked.put("max tokens", document.get("max_tokens"))
    asked.put("user", as_dict(document.get("metadata")).get("user_id"))
    asked.put("service tier", _tier(document.get("service_tier")))
    output, thinking = as_dict(document.get("output_config")), as_dict(document.get("thinking"))
    form = as_dict(output.get("format"))
    if form:
        asked.put("format", ("json_schema", plain_schema(form.get("schema") or {})))
    if thinking or output.get("effort"):
        asked.put("reasoning", "off" if thinking.get("type") == "disabled" else "on")
    asked.leftovers(document, _ANTHROPIC)
    return asked.meaning()


def _anthropic_blocks(role: str, content: object, asked: Asked) -> None:
    asked.text(role, content)
    for block in as_rows(content):
        asked.cache(block)
        match block.get("type"):
            case "text":
                asked.text(role, block.get("text"))
                for row in as_rows(block.get("citations")):
                    asked.add("citations", row.get("url") or row.get("type"))
            case "thinking":
                asked.thinking.append(block["thinking"])
                asked.add("signatures", block.get("signature"))
            case "redacted_thinking":
                asked.add("signatures", block["data"])
            case "image" | "document" as kind:
                _anthropic_source(kind, block, role, asked)
            case "tool_use":
                asked.call(block["id"], block["name"], block.get("input"))
            case "tool_result":
                _anthropic_result(block, asked)
            case other:
                asked.add("own tools", other)


def _anthropic_result(block: dict[str, Any], asked: Asked) -> None:
    inner = block.get("content")
    texts = [inner] if isinstance(inner, str) else [row["text"] for row in as_rows(inner) if row.get("type") == "text"]
    failed = block.get("is_error") is True
    asked.result(block.get("tool_use_id"), "\n".join(texts), failed=failed)
    for row in as_rows(inner):
        asked.cache(row)
        if row.get("type") in {"image", "document"}:
            _anthropic_source(row["type"], row, "user", asked)


def _anthropic_source(kind: str, block: dict[str, Any], role: str, asked: Asked) -> None:
    source = block["source"]
    if source["type"] == "text":
        asked.text(role, f"{block['title']}\n{source['data']}" if block.get("title") else source["data"])
    elif kind == "document" and source["type"] == "base64":
        asked.document(role, source.get("media_type"), source["data"])
    else:
        asked.source(f"{kind}s", url=source.get("url"), data=source.get("data"), file=source.get("file_id"))
    asked.add("document context", block.get("context"))


def _either(document: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    """A member of protobuf's JSON: lowerCamelCase or snake_case."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return document.get(name, document.get(snake))


_GEMINI = (
    "contents systemInstruction system_instruction tools toolConfig tool_config generationConfig generation_config "
    "labels serviceTier"
)
_GEMINI_CONFIG = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "max tokens": "maxOutputTokens",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}


def read_gemini(document: dict[str, Any]) -> Meaning:
    """A GenerateContentRequest."""
    asked = Asked()
    for part in as_rows(as_dict(_either(document, "systemInstruction")).get("parts")):
        asked.text("system", part.get("text"))
    for content in as_rows(document.get("contents")):
        role = "assistant" if content.get("role") == "model" else "user"
        for part in as_rows(content.get("parts")):
            _gemini_part(role, part, asked)
    _gemini_tools(document.get("tools"), asked)
    calling = as_dict(_either(as_dict(_either(document, "toolConfig")), "functionCallingConfig"))
    mode = str(calling.get("mode", "AUTO")).lower()
    names = tuple(_either(calling, "allowedFunctionNames") or ())
    asked.choice = ({"any": "required", "validated": "auto"}.get(mode, mode), names)
    config = as_dict(_either(document, "generationConfig"))
    for aspect, name in _GEMINI_CONFIG.items():
        asked.put(aspect, _either(config, name))
    asked.put("stop", _either(config, "stopSequences") or None)
    asked.put("n", _many(_either(config, "candidateCount")))
    schema = _either(config, "responseJsonSchema") or _either(config, "responseSchema")
    if schema:
        asked.put("format", ("json_schema", plain_schema(schema)))
    elif _either(config, "responseMimeType") == "application/json":
        asked.put("format", ("json_object", None))
    thinking = as_dict(_either(config, "thinkingConfig"))
    if thinking.keys() - {"includeThoughts", "include_thoughts"} or any(thinking.values()):
        off = _either(thinking, "thinkingBudget") == 0 or str(_either(thinking, "thinkingLevel")).lower() == "minimal"
        asked.put("reasoning", "off" if off else "on")
    _gemini_config_rest(config, asked)
    asked.put("metadata", document.get("labels"))
    asked.put("service tier", _tier(document.get("serviceTier")))
    asked.leftovers(document, _GEMINI)
    return asked.meaning()


def _gemini_tools(tools: object, asked: Asked) -> None:
    for holder in as_rows([tools] if isinstance(tools, dict) else tools):
        for row in as_rows(_either(holder, "functionDeclarations")):
            schema = _either(row, "parametersJsonSchema") or row.get("parameters")
            asked.tool(row["name"], row.get("description"), schema)
        for name in holder.keys() - {"functionDeclarations", "function_declarations"}:
            asked.put(f"field {name}", "given")


def _gemini_config_rest(config: dict[str, Any], asked: Asked) -> None:
    known = [*_GEMINI_CONFIG.values(), "stopSequences", "candidateCount", "responseJsonSchema", "responseSchema"]
    known += ["responseMimeType", "thinkingConfig"]
    snakes = ["".join(f"_{one.lower()}" if one.isupper() else one for one in name) for name in known]
    if [str(one).upper() for one in _either(config, "responseModalities") or ()] == ["TEXT"]:
        known.append("responseModalities")  # the default
        snakes.append("response_modalities")
    asked.leftovers(config, " ".join([*known, *snakes]))


def _gemini_part(role: str, part: dict[str, Any], asked: Asked) -> None:
    signature = _either(part, "thoughtSignature")
    if signature != _NO_SIGNATURE:
        asked.add("signatures", signature)
    call, result = _either(part, "functionCall"), _either(part, "functionResponse")
    if call is not None:
        asked.call(call.get("id"), call["name"], call.get("args"))
    elif result is not None:
        asked.result(None, result.get("response"), name=result["name"])
        for inner in as_rows(result.get("parts")):
            _gemini_part("user", inner, asked)
    elif part.get("thought"):
        asked.thinking.append(part.get("text") or "")
    elif isinstance(part.get("text"), str):
        asked.text(role, part["text"])
    else:
        _gemini_media(role, part, asked)


_NO_SIGNATURE = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
"""Google's own word for a call whose signature is not at hand."""


def _gemini_media(role: str, part: dict[str, Any], asked: Asked) -> None:
    media = _either(part, "inlineData") or _either(part, "fileData")
    if media is None:
        asked.add("own tools", min(part))
        return
    family = str(_either(media, "mimeType") or "").partition("/")[0]
    kind = {"image": "images", "audio": "audio", "video": "videos"}.get(family, "documents")
    if kind == "documents" and media.get("data"):
        asked.document(role, _either(media, "mimeType"), media["data"])
    else:
        asked.source(kind, url=_either(media, "fileUri"), data=media.get("data"))
    asked.add("display names", _either(media, "displayName"))


_OFFERED_NO_MORE = "Was called before, and is not there any more"
"""Converse refuses a talk that calls a tool without its definition; one that says this is not offered."""


def read_bedrock(document: dict[str, Any]) -> Meaning:
    """A Converse request."""
    asked = Asked()
    for block in as_rows(document.get("system")):
        _bedrock_block("system", block, asked)
    for message in as_rows(document.get("messages")):
        for block in as_rows(message.get("content")):
            _bedrock_block(message["role"], block, asked)
    config = as_dict(document.get("toolConfig"))
    for row in as_rows(config.get("tools")):
        asked.cached += "cachePoint" in row
        spec = as_dict(row.get("toolSpec"))
        if spec and not str(spec.get("description")).startswith(_OFFERED_NO_MORE):
            asked.tool(spec["name"], spec.get("description"), spec["inputSchema"]["json"], strict=spec.get("strict"))
    choice = as_dict(config.get("toolChoice"))
    forced = as_dict(choice.get("tool")).get("name")
    asked.choice = ("required" if "any" in choice or forced else "auto", (forced,) if forced else ())
    inference, more = as_dict(document.get("inferenceConfig")), as_dict(document.get("additionalModelRequestFields"))
    _settings(asked, inference, {"temperature": "temperature", "top_p": "topP", "max tokens": "maxTokens"})
    asked.put("stop", inference.get("stopSequences"))
    asked.put("top_k", more.get("top_k"))
    thinking = as_dict(more.get("thinking"))
    if thinking or more.get("output_config"):
        asked.put("reasoning", "off" if thinking.get("type") == "disabled" else "on")
    text = as_dict(as_dict(document.get("outputConfig")).get("textFormat"))
    if text:
        schema = as_dict(text["structure"])["jsonSchema"]["schema"]
        asked.put("format", ("json_schema", plain_schema(json.loads(schema))))
    asked.put("metadata", document.get("requestMetadata"))
    asked.put("service tier", _tier(as_dict(document.get("serviceTier")).get("type")))
    return asked.meaning()


def _bedrock_block(role: str, block: dict[str, Any], asked: Asked) -> None:
    for kind, told in block.items():
        match kind:
            case "text":
                asked.text(role, told)
            case "cachePoint":
                asked.cached += 1
            case "image" | "document":
                _bedrock_source(kind, told, role, asked)
            case "toolUse":
                asked.call(told["toolUseId"], told["name"], told["input"])
            case "toolResult":
                texts = [row["text"] for row in told["content"] if "text" in row]
                plain = "" if texts == ["(nothing)"] else "\n".join(texts)
                asked.result(told["toolUseId"], plain, failed=told.get("status") == "error")
                for row in told["content"]:
                    if "text" not in row:
                        _bedrock_block("user", row, asked)
            case "reasoningContent":
                thought = as_dict(told.get("reasoningText"))
                asked.thinking.append(thought.get("text") or "")
                sealed = told.get("redactedContent")
                asked.add("signatures", thought.get("signature") or (sealed and base64.b64decode(sealed).decode()))


def _bedrock_source(kind: str, told: dict[str, Any], role: str, asked: Asked) -> None:
    if kind == "document" and told["format"] in {"txt", "csv", "html", "md"}:
        asked.document(role, "text/plain", told["source"]["bytes"])
    else:
        asked.source(f"{kind}s", data=told["source"].get("bytes"))
    asked.add("document context", told.get("context"))


def read_cohere(document: dict[str, Any]) -> Meaning:
    """A chat request of Cohere's (v2); otherwise much as OpenAI's."""
    names = {"p": "top_p", "k": "top_k", "stop_sequences": "stop"}
    plain = {names.get(name, name): value for name, value in document.items()}
    messages = []
    for message in as_rows(plain.pop("messages")):
        content = message.get("content")
        thoughts = [row["thinking"] for row in as_rows(content) if row.get("type") == "thinking"]
        rest = [row for row in as_rows(content) if row.get("type") != "thinking"]
        told = {"reasoning_content": message.get("tool_plan") or "".join(thoughts)}
        messages.append({**message, **told, "content": content if isinstance(content, str) else rest})
    choice = plain.pop("tool_choice", None)
    form, thinking = as_dict(plain.pop("response_format", None)), as_dict(plain.pop("thinking", None))
    meaning = read_openai({**plain, "messages": messages, "tool_choice": str(choice).lower() if choice else None})
    if form.get("json_schema"):
        meaning["format"] = ("json_schema", plain_schema(form["json_schema"]))
    elif form:
        meaning["format"] = ("json_object", None)
    if thinking:
        meaning["reasoning"] = "off" if thinking["type"] == "disabled" else "on"
    if meaning.pop("field strict_tools", None) and meaning.get("tools"):
        meaning["strict"] = sorted(meaning["tools"])
    return meaning


def read_ollama(document: dict[str, Any]) -> Meaning:
    """A chat request of Ollama's; otherwise much as OpenAI's."""
    plain = dict(document)
    options, form, think = plain.pop("options", {}), plain.pop("format", None), plain.pop("think", None)
    settings = {{"num_predict": "max_tokens"}.get(name, name): value for name, value in options.items()}
    messages = []
    for message in as_rows(plain.pop("messages")):
        parts = [{"type": "text", "text": message.get("content")}]
        urls = [f"data:;base64,{data}" for data in message.get("images", [])]
        parts += [{"type": "image_url", "image_url": {"url": url}} for url in urls]
        content = message.get("content") if message["role"] == "tool" else parts
        messages.append({**message, "content": content, "reasoning_content": message.get("thinking")})
    meaning = read_openai({**plain, **settings, "messages": messages})
    if form is not None:
        meaning["format"] = ("json_object", None) if form == "json" else ("json_schema", plain_schema(form))
    if think is not None:
        meaning["reasoning"] = "on" if think else "off"
    return meaning


READERS: dict[str, Callable[[dict[str, Any]], Meaning]] = {
    "openai": read_openai,
    "responses": read_responses,
    "anthropic": read_anthropic,
    "gemini": read_gemini,
    "bedrock": read_bedrock,
    "cohere": read_cohere,
    "ollama": read_ollama,
}
