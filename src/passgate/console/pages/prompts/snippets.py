"""How to call a prompt, to copy: curl, Python, Node."""

import json
from typing import Any

from passgate.console.components.copyable import snippet
from passgate.console.components.text import Words
from passgate.contracts.prompt import PromptDefinition, PromptVariable

_EXAMPLES: dict[str, Any] = {"number": 1, "boolean": True, "list": ["one", "two"], "image": "https://…/photo.png"}


def call_snippets(url: str, definition: PromptDefinition, sample: dict[str, Any] | None = None) -> None:
    """The same call in three languages."""
    given = sample or {variable.name: _example(variable) for variable in definition.variables}
    body = json.dumps(given, ensure_ascii=False)
    Words("curl", "h3")
    quoted = body.replace("'", "'\\''")
    snippet(
        f'curl {url} \\\n  -H "Authorization: Bearer $PASSGATE_TOKEN" \\\n'
        f"  -H \"Content-Type: application/json\" \\\n  -d '{quoted}'",
        "bash",
    )
    Words("Python", "h3")
    snippet(
        "import os, httpx\n\n"
        f'answer = httpx.post(\n    "{url}",\n'
        '    headers={"Authorization": f"Bearer {os.environ[\'PASSGATE_TOKEN\']}"},\n'
        f"    json={given!r},\n    timeout=60,\n)\nprint(answer.json())",
        "python",
    )
    Words("Node", "h3")
    snippet(
        f'const answer = await fetch("{url}", {{\n  method: "POST",\n'
        "  headers: {\n    Authorization: `Bearer ${process.env.PASSGATE_TOKEN}`,\n"
        '    "Content-Type": "application/json",\n  },\n'
        f"  body: JSON.stringify({body}),\n}});\nconsole.log(await answer.json());",
        "javascript",
    )


def _example(variable: PromptVariable) -> object:
    if variable.default is not None:
        return variable.default
    if variable.choices:
        return variable.choices[0]
    return _EXAMPLES.get(variable.kind, f"your {variable.name}")
