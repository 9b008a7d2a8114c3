"""How likely each token was, in the words of OpenAI and of Gemini: blocks of one become the other's."""

from typing import Any

from passgate.inference.exchange.content import VendorBlock
from passgate.inference.exchange.reading import as_list, as_object, as_text


def probability_rows(block: VendorBlock) -> list[dict[str, Any]] | None:
    """A row a token, in OpenAI's words; None: the block is something else."""
    told = block.document
    kind = (block.vendor_format, told.get("type"))
    if kind == ("openai", "logprobs"):
        return [as_object(row) for row in as_list(as_object(told.get("logprobs")).get("content"))]
    if kind != ("gemini", "logprobsResult"):
        return None
    result = as_object(told.get("logprobsResult"))
    beside = [as_list(as_object(place).get("candidates")) for place in as_list(result.get("topCandidates"))]
    rows = []
    for place, chosen in enumerate(as_list(result.get("chosenCandidates"))):
        others = beside[place] if place < len(beside) else []
        rows.append({**_row(chosen), "top_logprobs": [_row(other) for other in others]})
    return rows


def _row(candidate: object) -> dict[str, Any]:
    told = as_object(candidate)
    token = as_text(told.get("token"))
    return {"token": token, "logprob": told.get("logProbability", 0), "bytes": list(token.encode())}


def gemini_probabilities(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows in Gemini's words (``logprobsResult``)."""
    beside = [[_candidate(other) for other in as_list(row.get("top_logprobs"))] for row in rows]
    return {
        "topCandidates": [{"candidates": candidates} for candidates in beside],
        "chosenCandidates": [_candidate(row) for row in rows],
    }


def _candidate(row: object) -> dict[str, Any]:
    told = as_object(row)
    return {"token": as_text(told.get("token")), "logProbability": told.get("logprob", 0)}
