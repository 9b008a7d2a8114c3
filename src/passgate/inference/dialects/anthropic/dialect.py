"""The dialect ``anthropic``."""

from passgate.inference.dialects.anthropic.failure import read_failure
from passgate.inference.dialects.anthropic.native import MESSAGES
from passgate.inference.dialects.anthropic.reply import read_reply
from passgate.inference.dialects.anthropic.request import write_request
from passgate.inference.dialects.anthropic.stream import MessageDecoder
from passgate.inference.dialects.anthropic.token_count import COUNT, COUNTING
from passgate.inference.exchange.ports import ChatDialect, Dialect

DIALECT = Dialect(
    "anthropic",
    read_failure,
    ChatDialect(write_request, read_reply, MessageDecoder),
    {"anthropic-messages": MESSAGES, "anthropic-count-tokens": COUNT},
    counting=COUNTING,
)
