"""The dialect ``openai``: the many vendors that speak OpenAI's format, each with a profile of its oddities."""

from passgate.inference.dialects.openai.embeddings import EMBEDDINGS_SIDE
from passgate.inference.dialects.openai.failure import read_failure
from passgate.inference.dialects.openai.media import MEDIA
from passgate.inference.dialects.openai.native import CHAT, EMBEDDINGS
from passgate.inference.dialects.openai.rerank import RERANK_SIDE
from passgate.inference.dialects.openai.responses.native import RESPONSES
from passgate.inference.dialects.openai.token_count import COUNTING
from passgate.inference.dialects.openai.two_ways import EitherDecoder, read_either, write_either
from passgate.inference.exchange.ports import ChatDialect, Dialect

DIALECT = Dialect(
    "openai",
    read_failure,
    ChatDialect(write_either, read_either, EitherDecoder),
    {"openai-chat": CHAT, "openai-responses": RESPONSES, "openai-embeddings": EMBEDDINGS, **MEDIA},
    embeddings=EMBEDDINGS_SIDE,
    reranking=RERANK_SIDE,
    counting=COUNTING,
)
