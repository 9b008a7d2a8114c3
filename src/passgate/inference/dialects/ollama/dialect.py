"""The dialect ``ollama``: Ollama's own API."""

from passgate.inference.dialects.ollama import embeddings
from passgate.inference.dialects.ollama.failure import read_failure
from passgate.inference.dialects.ollama.reply import read_reply
from passgate.inference.dialects.ollama.request import write_request
from passgate.inference.dialects.ollama.stream import LineDecoder
from passgate.inference.exchange.ports import ChatDialect, Dialect, EmbeddingsDialect
from passgate.inference.json_lines import JsonLineCutter

DIALECT = Dialect(
    "ollama",
    read_failure,
    ChatDialect(write_request, read_reply, LineDecoder, JsonLineCutter),
    embeddings=EmbeddingsDialect(embeddings.write_request, embeddings.read_reply),
)
