"""What is odd about an OpenAI-compatible vendor, as its row in the catalogue says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from passgate.inference.translation import Target


@dataclass(frozen=True, slots=True)
class OpenAIProfile:
    """The oddities; the defaults are OpenAI's own ways.

    Attributes:
        max_tokens_field: where the limit of the answer goes: ``max_completion_tokens`` or ``max_tokens``.
        refuses: parameters that the vendor answers with an error; left out and reported as dropped.
        renames: parameters that the vendor calls otherwise (our name to its name).
        accepts: members beyond OpenAI's that the vendor understands: ``top_k``, ``cache_control``, ``file_url``.
        stream_usage: the vendor tells a stream's usage only when asked by ``stream_options.include_usage``.
        auth: ``bearer``, ``none``, or the name of the header that takes the bare key.
        chat_path: path of chat completions below the base URL; ``{model}`` stands for the vendor's name of the model
            (Azure's deployments).
        most_stops: how many stop sequences the vendor takes; 0: any number.
        most_temperature: the highest temperature that the vendor takes; 0: any.
        embeddings_path: path of embeddings below the base URL.
        responses_path: path of Responses below the base URL; empty: the vendor does not have them.
        responses_only: beginnings of the names of models that answer there and nowhere else.
        reasoning_field: where the vendor wants its own earlier thoughts back: ``reasoning_content``,
            ``reasoning``, ``reasoning_details``; empty: nowhere.
        tool_call_id_length: exact length of tool call ids that the vendor demands (Mistral: 9); 0: none.
        headers: further headers to send.
        reasoning_style: how the vendor is told to think: ``effort`` (``reasoning_effort``), ``thinking``
            (``{"type": "enabled"}``: Z.ai, Moonshot, DeepSeek), ``enable_thinking`` (with ``thinking_budget``: Qwen,
            SiliconFlow), ``chat_template`` (``chat_template_kwargs``: vLLM, SGLang), ``object`` (``reasoning``:
            OpenRouter).
        strict_messages: the vendor refuses, or has no use for, thoughts in messages under any other name than that.
        json_schema: the vendor takes a schema for its answers; otherwise it is asked for any JSON object.
        strict_tools: the vendor knows ``strict`` of a tool; others refuse it.
        adds: members that the vendor needs or that make it tell more; sent where the client says nothing of them.
        adds_to_embeddings: the same for embeddings.
        files_path: path of files below the base URL; empty: the vendor keeps none, or not in OpenAI's way.
        batches_path: path of batches below the base URL; empty: as above.
        uploads_path: path of files in parts below the base URL; empty: the vendor does not take them so.
        files_paging: how the vendor pages its list of files: ``cursor`` (``after``), ``number`` (``page``), ``none``.
        batch_percent: what a batch costs, in hundredths of what the same calls cost.
        gpt_models: the vendor serves OpenAI's own models, whose names tell what they refuse (``gpt_model.py``).
        counts_path: path below the base URL that counts a prompt's tokens; empty: the vendor has none.
        batch_form: ``openai``, or ``jobs``: batches are jobs of Mistral's form.
    """

    max_tokens_field: str = "max_completion_tokens"
    refuses: frozenset[str] = frozenset()
    renames: Mapping[str, str] = field(default_factory=dict)
    accepts: frozenset[str] = frozenset()
    stream_usage: bool = True
    auth: str = "bearer"
    chat_path: str = "/chat/completions"
    most_stops: int = 0
    most_temperature: float = 0
    embeddings_path: str = "/embeddings"
    responses_path: str = ""
    responses_only: tuple[str, ...] = ()
    reasoning_field: str = ""
    tool_call_id_length: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    reasoning_style: str = "effort"
    strict_messages: bool = False
    json_schema: bool = True
    strict_tools: bool = True
    adds: Mapping[str, Any] = field(default_factory=dict)
    adds_to_embeddings: Mapping[str, Any] = field(default_factory=dict)
    files_path: str = ""
    batches_path: str = ""
    uploads_path: str = ""
    files_paging: str = "cursor"
    batch_percent: int = 100
    batch_form: str = "openai"
    counts_path: str = ""
    gpt_models: bool = False


_PLAIN = OpenAIProfile()
_MOST_READ = 1_000
_READ: dict[int, tuple[Mapping[str, Any], OpenAIProfile]] = {}
"""Rows by their identity; the row itself is kept beside, so that no other object comes to have it. A target has the
same row for all of its calls, and reading it costs each of them more than reading its body."""


def read_profile(profile: Mapping[str, Any]) -> OpenAIProfile:
    """Read the catalogue's row, which nobody changes; members it does not know are another dialect's."""
    if not profile:
        return _PLAIN
    known = _READ.get(id(profile))
    if known is None:
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        known = _READ[id(profile)] = (profile, _read(profile))
    return known[1]


def _read(profile: Mapping[str, Any]) -> OpenAIProfile:
    return OpenAIProfile(
        max_tokens_field=profile.get("max_tokens_field", _PLAIN.max_tokens_field),
        refuses=frozenset(profile.get("refuses", ())),
        renames=dict(profile.get("renames", {})),
        accepts=frozenset(profile.get("accepts", ())),
        stream_usage=profile.get("stream_usage", _PLAIN.stream_usage),
        auth=profile.get("auth", _PLAIN.auth),
        chat_path=profile.get("chat_path", _PLAIN.chat_path),
        most_stops=profile.get("most_stops", _PLAIN.most_stops),
        most_temperature=profile.get("most_temperature", _PLAIN.most_temperature),
        embeddings_path=profile.get("embeddings_path", _PLAIN.embeddings_path),
        responses_path=profile.get("responses_path", _PLAIN.responses_path),
        responses_only=tuple(profile.get("responses_only", ())),
        reasoning_field=profile.get("reasoning_field", _PLAIN.reasoning_field),
        tool_call_id_length=profile.get("tool_call_id_length", _PLAIN.tool_call_id_length),
        headers=dict(profile.get("headers", {})),
        reasoning_style=profile.get("reasoning_style", _PLAIN.reasoning_style),
        strict_messages=profile.get("strict_messages", _PLAIN.strict_messages),
        json_schema=profile.get("json_schema", _PLAIN.json_schema),
        strict_tools=profile.get("strict_tools", _PLAIN.strict_tools),
        adds=dict(profile.get("adds", {})),
        adds_to_embeddings=dict(profile.get("adds_to_embeddings", {})),
        files_path=profile.get("files_path", _PLAIN.files_path),
        batches_path=profile.get("batches_path", _PLAIN.batches_path),
        uploads_path=profile.get("uploads_path", _PLAIN.uploads_path),
        files_paging=profile.get("files_paging", _PLAIN.files_paging),
        batch_percent=profile.get("batch_percent", _PLAIN.batch_percent),
        batch_form=profile.get("batch_form", _PLAIN.batch_form),
        counts_path=profile.get("counts_path", _PLAIN.counts_path),
        gpt_models=profile.get("gpt_models", _PLAIN.gpt_models),
    )


@lru_cache(maxsize=256)
def _endpoint(base_url: str, path: str) -> str:
    return base_url.rstrip("/") + path


def endpoint(target: Target, path: str) -> str:
    """The URL of a path below the target's base."""
    if "{model}" in path:
        path = path.replace("{model}", quote(target.vendor_model, safe=""))
    return _endpoint(target.base_url, path)


def request_headers(target: Target, profile: OpenAIProfile) -> dict[str, str]:
    """The headers of a call, credential included."""
    headers = {"content-type": "application/json", **profile.headers}
    if target.api_key and profile.auth == "bearer":
        headers["authorization"] = "Bearer " + target.api_key
    elif target.api_key and profile.auth != "none":
        headers[profile.auth] = target.api_key
    return headers
