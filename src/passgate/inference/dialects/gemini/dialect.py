"""The dialect ``gemini``: the Gemini API of Google AI, and Gemini's models at Vertex AI."""

from passgate.inference.dialects.gemini.embeddings import BATCH, EMBED, EMBEDDINGS
from passgate.inference.dialects.gemini.failure import read_failure
from passgate.inference.dialects.gemini.native import GENERATE
from passgate.inference.dialects.gemini.reply import read_reply
from passgate.inference.dialects.gemini.request import write_request
from passgate.inference.dialects.gemini.stream import ResponseDecoder
from passgate.inference.dialects.gemini.token_count import COUNT, COUNTING
from passgate.inference.exchange.ports import ChatDialect, Dialect

DIALECT = Dialect(
    "gemini",
    read_failure,
    ChatDialect(write_request, read_reply, ResponseDecoder),
    {
        "gemini": GENERATE,
        "gemini-array": GENERATE,
        "gemini-embeddings": EMBED,
        "gemini-batch-embeddings": BATCH,
        "gemini-count-tokens": COUNT,
    },
    embeddings=EMBEDDINGS,
    counting=COUNTING,
)
