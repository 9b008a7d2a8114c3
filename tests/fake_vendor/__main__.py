"""A fake vendor as a process of its own, for benchmarks and for trying things by hand."""

import argparse
import signal
import sys

from fake_vendor.anthropic_replies import anthropic_message, anthropic_stream
from fake_vendor.openai_replies import openai_chat, openai_embeddings, openai_stream
from fake_vendor.reply import Reply
from fake_vendor.server import FakeVendor, VendorRequest


def main() -> None:
    parser = argparse.ArgumentParser(prog="fake_vendor", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--words", type=int, default=20, help="events of text in a stream")
    parser.add_argument("--gap", type=float, default=0.0, help="seconds between the events of a stream")
    arguments = parser.parse_args()
    words = ("word ",) * arguments.words
    chat, chat_stream = openai_chat(), openai_stream(words, gap=arguments.gap)
    message, message_stream = anthropic_message(), anthropic_stream(words, gap=arguments.gap)

    def choose(request: VendorRequest, whole: Reply, streamed: Reply) -> Reply:
        vendor.requests.clear()
        return streamed if b'"stream":true' in request.body.replace(b" ", b"") else whole

    with FakeVendor(port=arguments.port) as vendor:
        vendor.reply("/v1/chat/completions", lambda request: choose(request, chat, chat_stream))
        vendor.reply("/v1/embeddings", openai_embeddings())
        vendor.reply("/v1/messages", lambda request: choose(request, message, message_stream))
        sys.stdout.write(f"{vendor.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
