"""The format ``openai-chat`` (``POST /v1/chat/completions``)."""

from typing import Any

from passgate.inference.exchange.ports import ChatFormat, Format, ReplyContext
from passgate.inference.inbound.field_checks import check_messages, check_model, check_stream
from passgate.inference.inbound.openai_chat.mistral_stream import MistralChunkEncoder
from passgate.inference.inbound.openai_chat.reply import write_reply
from passgate.inference.inbound.openai_chat.request import read_request
from passgate.inference.inbound.openai_chat.stream import ChunkEncoder
from passgate.inference.inbound.openai_errors import error_body, stream_error


def check(document: dict[str, Any]) -> None:
    """Refuse a request without model or messages."""
    check_model(document)
    check_messages(document)
    check_stream(document)


def encoder(context: ReplyContext) -> ChunkEncoder:
    """What writes a stream for this client."""
    return MistralChunkEncoder(context) if context.for_mistral else ChunkEncoder(context)


FORMAT = Format("openai-chat", check, error_body, stream_error, ChatFormat(read_request, write_reply, encoder))
