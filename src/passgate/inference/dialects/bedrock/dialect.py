"""The dialect ``bedrock``: Amazon Bedrock's Converse, and its embedding models."""

from passgate.inference.dialects.bedrock import embeddings
from passgate.inference.dialects.bedrock.endpoint import sign
from passgate.inference.dialects.bedrock.failure import read_failure
from passgate.inference.dialects.bedrock.reply import read_reply
from passgate.inference.dialects.bedrock.request import write_request
from passgate.inference.dialects.bedrock.stream import ConverseDecoder
from passgate.inference.dialects.bedrock.token_count import COUNTING
from passgate.inference.event_stream import EventStreamCutter
from passgate.inference.exchange.ports import ChatDialect, Dialect, EmbeddingsDialect

DIALECT = Dialect(
    "bedrock",
    read_failure,
    ChatDialect(write_request, read_reply, ConverseDecoder, EventStreamCutter),
    embeddings=EmbeddingsDialect(embeddings.write_request, embeddings.read_reply),
    counting=COUNTING,
    sign=sign,
)
