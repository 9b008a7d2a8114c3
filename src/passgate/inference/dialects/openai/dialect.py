"""The dialect ``openai``: the many vendors that speak OpenAI's format, each with a profile of its oddities."""

from passgate.inference.dialects.openai.embeddings import EMBEDDINGS_SIDE
from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.native import CHAT, EMBEDDINGS
from passgate.inference.dialects.openai.reply import read_reply
from passgate.inference.dialects.openai.request import write_request
from passgate.inference.dialects.openai.stream import ChunkDecoder
from passgate.inference.exchange.ports import ChatDialect, Dialect

DIALECT = Dialect(
    "openai",
    read_failure,
    ChatDialect(write_request, read_reply, ChunkDecoder),
    {"openai-chat": CHAT, "openai-embeddings": EMBEDDINGS},
    embeddings=EMBEDDINGS_SIDE,
)
