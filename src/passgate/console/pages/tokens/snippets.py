"""Code to copy: the first call with a token, in the languages of the official SDKs."""

from collections.abc import Sequence
from dataclasses import dataclass

from passgate.console.components.highlight import Language

_PROMPT = "Say hello in five words."


@dataclass(frozen=True, slots=True)
class Snippet:
    """A tab: its name and its code."""

    name: str
    language: Language
    code: str


def first_call_snippets(public_url: str, token: str, model: str) -> Sequence[Snippet]:
    """The same call by curl and by the official SDKs, ready to run."""
    return (
        Snippet("curl", "bash", _curl(public_url, token, model)),
        Snippet("Python (openai)", "python", _python_openai(public_url, token, model)),
        Snippet("Python (anthropic)", "python", _python_anthropic(public_url, token, model)),
        Snippet("Node", "javascript", _node(public_url, token, model)),
        Snippet("REST service", "bash", f'curl {public_url}/<base path>/ \\\n  -H "Authorization: Bearer {token}"'),
    )


def api_snippets(public_url: str, token: str) -> Sequence[Snippet]:
    """The first question to the management API."""
    call = f'curl {public_url}/api/v1/applications \\\n  -H "Authorization: Bearer {token}"'
    return (Snippet("curl", "bash", call),)


def _curl(public_url: str, token: str, model: str) -> str:
    return f"""curl {public_url}/v1/chat/completions \\
  -H "Authorization: Bearer {token}" \\
  -H "Content-Type: application/json" \\
  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "{_PROMPT}"}}]}}'"""


def _python_openai(public_url: str, token: str, model: str) -> str:
    return f"""# pip install openai
from openai import OpenAI

client = OpenAI(
    base_url="{public_url}/v1",
    api_key="{token}",
)
answer = client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "{_PROMPT}"}}],
)
print(answer.choices[0].message.content)"""


def _python_anthropic(public_url: str, token: str, model: str) -> str:
    return f"""# pip install anthropic
from anthropic import Anthropic

client = Anthropic(
    base_url="{public_url}",
    api_key="{token}",
)
answer = client.messages.create(
    model="{model}",
    max_tokens=256,
    messages=[{{"role": "user", "content": "{_PROMPT}"}}],
)
print(answer.content[0].text)"""


def _node(public_url: str, token: str, model: str) -> str:
    return f"""// npm install openai
import OpenAI from "openai";

const client = new OpenAI({{
  baseURL: "{public_url}/v1",
  apiKey: "{token}",
}});
const answer = await client.chat.completions.create({{
  model: "{model}",
  messages: [{{ role: "user", content: "{_PROMPT}" }}],
}});
console.log(answer.choices[0].message.content);"""
