"""A stream that ends on the caller's account, before its vendor's end: what is charged for it."""

from passgate.inference.limits.estimate import estimate, output_bound
from passgate.inference.limits.uncounted_usage import estimated_usage
from passgate.inference.policies.masker import ContentBlockedError
from passgate.inference.worker.ai_call import AiCall, Ending

CLIENT_GONE = 499
"""The status, by nginx's custom, of a call whose client went before it was answered."""
_OK = 200
_NOT_THE_VENDOR = (None, ContentBlockedError.code)


def ending_of_gone_client(call: AiCall) -> Ending:
    """A client that goes when it has all that it wanted has not cancelled anything."""
    translator = call.translator
    if translator is None:
        return Ending(CLIENT_GONE, "cancelled")
    ending = charged_as_far_as_it_came(call, Ending(_OK if call.head_sent else CLIENT_GONE, "cancelled"))
    translator.close(request_id=call.request_id)
    return ending._replace(outcome="ok") if call.head_sent and translator.error_code is None else ending


def charged_as_far_as_it_came(call: AiCall, ending: Ending) -> Ending:
    """The ending with what the vendor counted and, where that is not all that came, an estimate of the rest.

    Vendors of OpenAI's format count at the very end; were what is left before free, leaving would get round any budget.
    Where nothing of an answer came, nothing is charged, and a vendor that reported an error is charged as it told.
    Streams of pictures and sound have no words that could be counted.
    """
    translator, parsed, deployment = call.translator, call.parsed, call.deployment
    if translator is None:
        return ending
    told, uncounted = translator.usage, translator.uncounted
    ending = ending._replace(usage=told, finish_reason=translator.finish_reason)
    counted = not uncounted if told is not None else not uncounted and not call.head_sent
    if counted or translator.error_code not in _NOT_THE_VENDOR or parsed is None or deployment is None:
        return ending
    if call.model is None or call.model.kind != "chat":
        return ending
    window, most = deployment.target.context_window, deployment.target.max_output_tokens
    asked = estimate(parsed.raw, parsed.document, generates=True, context_window=window, max_output_tokens=most)
    bound = output_bound(parsed.document, most)
    usage = estimated_usage(told, uncounted, input_tokens=asked.input, most_output=bound)
    return ending._replace(usage=usage, estimated=True)
