"""The dialect ``cohere``: the second version of Cohere's API."""

from passgate.inference.dialects.cohere import embeddings
from passgate.inference.dialects.cohere.failure import read_failure
from passgate.inference.dialects.cohere.reply import read_reply
from passgate.inference.dialects.cohere.request import write_request
from passgate.inference.dialects.cohere.rerank import RERANK_SIDE
from passgate.inference.dialects.cohere.stream import ChatDecoder
from passgate.inference.exchange.ports import ChatDialect, Dialect, EmbeddingsDialect

DIALECT = Dialect(
    "cohere",
    read_failure,
    ChatDialect(write_request, read_reply, ChatDecoder),
    embeddings=EmbeddingsDialect(embeddings.write_request, embeddings.read_reply),
    reranking=RERANK_SIDE,
)
