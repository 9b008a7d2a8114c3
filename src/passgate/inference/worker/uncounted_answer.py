"""An answer whose vendor had not counted it, in part or at all: an estimate of what it used."""

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.said_text import said_bytes
from passgate.inference.json_text import read_json
from passgate.inference.limits.estimate import estimate, output_bound
from passgate.inference.limits.uncounted_usage import estimated_usage
from passgate.inference.translation import COUNTS
from passgate.inference.worker.ai_call import AiCall, Ending

_ANSWERS = ("choices", "content", "output", "candidates")
"""Where chat completions, messages, responses and Gemini's format hold what a model said."""


def with_estimate(call: AiCall, ending: Ending, told: TokenUsage | None, uncounted: int) -> Ending:
    """The ending of a chat call with what its vendor counted, and an estimate of the rest.

    Calls of other kinds stay as they are (their answers hold pictures, sound and numbers, and no words that could be
    counted), and so do those that ask how many tokens a request has.

    Args:
        call: the call, as its deployment was asked.
        ending: how it ended.
        told: what the vendor counted.
        uncounted: bytes (UTF-8) of what was said and not counted.
    """
    parsed, deployment = call.parsed, call.deployment
    if parsed is None or deployment is None or call.model is None or call.model.kind != "chat":
        return ending
    if parsed.format in COUNTS:
        return ending
    window, most = deployment.target.context_window, deployment.target.max_output_tokens
    asked = estimate(parsed.raw, parsed.document, generates=True, context_window=window, max_output_tokens=most)
    bound = output_bound(parsed.document, most)
    usage = estimated_usage(told, uncounted, input_tokens=asked.input, most_output=bound)
    return ending._replace(usage=usage, estimated=True)


def of_whole_answer(call: AiCall, ending: Ending, body: bytes) -> Ending:
    """The ending of a call that went well; with an estimate by the answer's words where its vendor told no usage."""
    if ending.usage is not None or ending.outcome != "ok":
        return ending
    try:
        document = read_json(body)
    except ValueError:
        return ending
    answer = document if isinstance(document, dict) else {}
    return with_estimate(call, ending, None, sum(said_bytes(answer.get(name)) for name in _ANSWERS))
