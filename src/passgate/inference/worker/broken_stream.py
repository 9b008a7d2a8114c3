"""A stream that ends on the caller's account, before its vendor's end: what is charged for it."""

from passgate.inference.policies.masker import ContentBlockedError
from passgate.inference.worker.ai_call import AiCall, Ending
from passgate.inference.worker.uncounted_answer import with_estimate

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
    """
    translator = call.translator
    if translator is None:
        return ending
    told, uncounted = translator.usage, translator.uncounted
    ending = ending._replace(usage=told, finish_reason=translator.finish_reason)
    counted = not uncounted if told is not None else not uncounted and not call.head_sent
    if counted or translator.error_code not in _NOT_THE_VENDOR:
        return ending
    return with_estimate(call, ending, told, uncounted)
