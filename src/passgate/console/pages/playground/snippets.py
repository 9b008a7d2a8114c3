"""A question of the playground as code: curl, and OpenAI's SDKs."""

import json
from collections.abc import Sequence
from pprint import pformat
from typing import Any

from passgate.console.pages.tokens.snippets import Snippet


def question_snippets(public_url: str, document: dict[str, Any]) -> Sequence[Snippet]:
    """The same call in three languages, with all that was said before; the token is read from the environment."""
    return (
        Snippet("curl", "bash", _curl(public_url, document)),
        Snippet("Python", "python", _python(public_url, document)),
        Snippet("Node", "javascript", _node(public_url, document)),
    )


def _curl(public_url: str, document: dict[str, Any]) -> str:
    body = json.dumps({**document, "stream": True}, ensure_ascii=False, indent=2).replace("'", "'\\''")
    return (
        f'curl -N {public_url}/v1/chat/completions \\\n  -H "Authorization: Bearer $PASSGATE_TOKEN" \\\n'
        f"  -H \"Content-Type: application/json\" \\\n  -d '{body}'"
    )


def _python(public_url: str, document: dict[str, Any]) -> str:
    arguments = "".join(
        f"    {name}={pformat(value, width=100, sort_dicts=False)},\n".replace("\n ", "\n     ")
        for name, value in document.items()
    )
    return (
        "# pip install openai\nimport os\n\nfrom openai import OpenAI\n\n"
        f'client = OpenAI(base_url="{public_url}/v1", api_key=os.environ["PASSGATE_TOKEN"])\n'
        f"stream = client.chat.completions.create(\n{arguments}    stream=True,\n)\n"
        "for chunk in stream:\n"
        '    if chunk.choices:\n        print(chunk.choices[0].delta.content or "", end="", flush=True)'
    )


def _node(public_url: str, document: dict[str, Any]) -> str:
    body = json.dumps({**document, "stream": True}, ensure_ascii=False, indent=2)
    return (
        '// npm install openai\nimport OpenAI from "openai";\n\n'
        f'const client = new OpenAI({{\n  baseURL: "{public_url}/v1",\n  apiKey: process.env.PASSGATE_TOKEN,\n}});\n'
        f"const stream = await client.chat.completions.create({body});\n"
        "for await (const chunk of stream) {\n"
        '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");\n}'
    )
