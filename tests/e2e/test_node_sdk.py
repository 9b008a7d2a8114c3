"""OpenAI's SDK for Node, unchanged, with a token as its key."""

import json
import subprocess

import pytest

from e2e.running import Administrator
from fake_vendor import FakeVendor, VendorRequest, anthropic_message, openai_chat, openai_embeddings, openai_stream
from fake_vendor.reply import Reply
from node_packages import node_with

SCRIPT = """
const OpenAI = require("openai");
const [baseURL, apiKey] = process.argv.slice(1);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "Say hello." }];

(async () => {
  const whole = await client.chat.completions.create({ model: "gpt-4o-mini", messages });
  let streamed = "";
  for await (const chunk of await client.chat.completions.create({ model: "gpt-4o-mini", messages, stream: true })) {
    streamed += chunk.choices[0]?.delta?.content ?? "";
  }
  const translated = await client.chat.completions.create({ model: "claude-test", messages });
  const asked = { model: "text-embedding-3-small", input: "hi", encoding_format: "float" };
  const embedding = await client.embeddings.create(asked);
  const models = (await client.models.list()).data.map((model) => model.id).sort();
  console.log(JSON.stringify({
    whole: whole.choices[0].message.content,
    streamed,
    translated: translated.choices[0].message.content,
    dimensions: embedding.data[0].embedding.length,
    models,
  }));
})();
"""


def answer(request: VendorRequest) -> Reply:
    return openai_stream(["Hel", "lo"]) if request.json().get("stream") else openai_chat("Hello")


@pytest.mark.node_js
def test_the_openai_sdk_of_node_works(
    ada: Administrator, openai_vendor: FakeVendor, anthropic_vendor: FakeVendor, request: pytest.FixtureRequest
) -> None:
    node, folder = node_with(request.config, "node-openai", "openai@7")
    openai_vendor.reply("/v1/chat/completions", answer)
    openai_vendor.reply("/v1/embeddings", openai_embeddings())
    anthropic_vendor.reply("/v1/messages", anthropic_message("Hello from Anthropic"))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini", "text-embedding-3-small")
    ada.provider("anthropic", anthropic_vendor.url, "claude-test")
    token, _ = ada.token(ada.application("node"))
    ada.in_force()
    called = subprocess.run(
        [node, "-e", SCRIPT, f"{ada.passgate.url}/v1", token],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert called.returncode == 0, called.stderr
    assert json.loads(called.stdout) == {
        "whole": "Hello",
        "streamed": "Hello",
        "translated": "Hello from Anthropic",
        "dimensions": 3,
        "models": ["claude-test", "gpt-4o-mini", "text-embedding-3-small"],
    }
