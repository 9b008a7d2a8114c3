"""Blocks that a client's format has no place for, as the gate adds them: each in its vendor's words."""

from typing import Any

from benchmarks.fidelity.found import Found
from benchmarks.fidelity.meaning import as_dict, as_rows, fingerprint


def own(rows: list[dict[str, Any]], found: Found) -> None:
    """What a vendor's own tools did, in the gate's ``vendor_blocks``: each block in its vendor's reader's words."""
    for row in rows:
        block = as_dict(row.get("block"))
        if block.get("type") == "logprobsResult":
            found.logprobs += gemini_logprobs(block)
        elif block.get("type") == "logprobs":
            found.logprobs += openai_logprobs(block["logprobs"])
        elif row.get("format") == "gemini":
            gemini_own(block, found)
        elif block.get("type"):
            found.own_tools += [block["type"]] * len(as_rows(block.get(block["type"])) or [block])
        else:
            found.own_tools += sorted(block)


def gemini_own(block: dict[str, Any], found: Found) -> None:
    """A part that only Gemini has: a picture, or what its own tools did."""
    inline = as_dict(block.get("inlineData"))
    if str(inline.get("mimeType", "")).startswith("image/"):
        found.images.append(fingerprint(inline.get("data", "")))
    else:
        found.own_tools.append(block.get("type") or min(block.keys() - {"thoughtSignature"}))


def gemini_logprobs(candidate: dict[str, Any]) -> list[tuple[str, float]]:
    """The tokens that were chosen."""
    chosen = as_rows(as_dict(candidate.get("logprobsResult")).get("chosenCandidates"))
    return [(row.get("token", ""), row.get("logProbability", 0)) for row in chosen]


def openai_logprobs(told: object) -> list[tuple[str, float]]:
    """The tokens that were chosen, of a choice or of a part of text."""
    rows = as_rows(told) or as_rows(as_dict(told).get("content"))
    return [(row["token"], row["logprob"]) for row in rows]
