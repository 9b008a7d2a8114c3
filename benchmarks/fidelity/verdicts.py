"""What counts as exact: the one place where a difference may be anything but a difference.

Of a request, an aspect that is not the same must be named in ``x-passgate-dropped``, or the request be refused by the
field's name. Of an answer there is no such header: what the client's format has no place for is listed here, with the
reason, and is counted on its own.
"""

import re

from benchmarks.fidelity.meaning import Meaning, differing

_NAMES = {
    "reasoning": r"thinking|reasoning",
    "thinking": r"thinking|reasoning|thought|content$|parts$",
    "signatures": r"signature|thinking|reasoning|content$|parts$",
    "cache hints": r"cache",
    "stop": r"stop",
    "own tools": r"^input\.(\w+_(call|output|tools)|compaction)$",
    "results": r"tool_reference$",
    "strict": r"strict",
    "tool choice": r"tool_?choice|toolConfig",
    "tools": r"tool_?choice|toolConfig",
    "one call at a time": r"parallel_tool|disable_parallel|tool_choice",
    "format": r"response_format|text\.format|output_config|response_?mime_?type|generationConfig.response",
    "user": r"^user$|user_id",
    "metadata": r"^metadata$|labels",
    "service tier": r"service_?tier",
    "max tokens": r"max_.*tokens|maxOutputTokens",
    "names": r"\.name$",
    "image detail": r"detail",
    "document context": r"context$",
    "display names": r"title|displayName|display_name",
    "citations": r"citations",
}
ADDED = {
    ("anthropic", "max tokens"): "Anthropic demands a limit of the answer: the model's own, or 4096",
    ("bedrock", "max tokens"): "Claude thinks within a limit only: the model's own, or 4096",
}
"""What a dialect may say although the client did not."""
UNSAYABLE = {
    ("anthropic", "input_audio"): "Anthropic's usage has no count of sound",
    ("anthropic", "output_audio"): "Anthropic's usage has no count of sound",
    ("responses", "input_audio"): "Responses' usage has no count of sound",
    ("responses", "output_audio"): "Responses' usage has no count of sound",
}
"""What a format that clients speak has no place for in an answer; anything else that is lost counts as a difference."""


def of_request(wanted: Meaning, found: Meaning, dropped: tuple[str, ...], dialect: str) -> tuple[list[str], list[str]]:
    """The aspects that were lost in silence or changed, and those that were left out by name."""
    lost, named = [], []
    for aspect in differing(wanted, found):
        if aspect not in wanted and (dialect, aspect) in ADDED:
            continue
        name = re.escape(aspect.removeprefix("field ")) if aspect.startswith("field ") else _NAMES.get(aspect)
        pattern = re.compile(name or re.escape(aspect).replace("_", "_?") + "$", re.IGNORECASE)
        said = any(pattern.search(told) for told in dropped) or any(aspect == _camel(told) for told in dropped)
        (named if said else lost).append(aspect)
    return lost, named


def _camel(told: str) -> str:
    """``generationConfig.responseLogprobs`` as the aspect that it is."""
    return {"responseLogprobs": "logprobs", "logprobs": "top_logprobs"}.get(told.rpartition(".")[2], "")


def of_answer(wanted: Meaning, found: Meaning, form: str) -> tuple[list[str], list[str]]:
    """The aspects that differ, and those that the client's format has no place for."""
    plain = dict(wanted)
    unsayable = [what for other, what in UNSAYABLE if other == form and what in wanted.get("usage", {})]
    if unsayable:
        plain["usage"] = {name: count for name, count in wanted["usage"].items() if name not in unsayable}
    if "call ids" not in wanted:
        found = {aspect: value for aspect, value in found.items() if aspect != "call ids"}
    return list(differing(plain, found)), unsayable
