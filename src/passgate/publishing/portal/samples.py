"""Calls of a service's operations, as code to copy."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from passgate.publishing.openapi.walking import operations, resolved

_DEEPEST = 6
_TOKEN = "$PASSGATE_TOKEN"  # noqa: S105 - the name of a variable
_KINDS: Mapping[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True}


@dataclass(frozen=True, slots=True)
class Sample:
    """An operation, and its call in four languages."""

    method: str
    path: str
    summary: str
    deprecated: bool
    curl: str
    python: str
    node: str
    go: str


def samples_of(document: dict[str, Any], origin: str, *, with_token: bool) -> list[Sample]:
    """The operations of a document, in its order.

    Args:
        document: whose first server is the path at the gate.
        origin: the gate's URL, without a slash at its end.
        with_token: whether a call needs one.
    """
    return list(_samples(document, origin, with_token=with_token))


def _samples(document: dict[str, Any], origin: str, *, with_token: bool) -> Iterator[Sample]:
    server = str(document["servers"][0]["url"])
    base = f"{origin.partition('//')[0]}{server}" if server.startswith("//") else origin + server
    for path, method, _, operation in operations(document):
        url = base.rstrip("/") + path
        body = _body(document, operation)
        yield Sample(
            method=method.upper(),
            path=path,
            summary=str(operation.get("summary") or operation.get("description") or ""),
            deprecated=bool(operation.get("deprecated")),
            curl=_curl(method.upper(), url, body, with_token=with_token),
            python=_python(method.upper(), url, body, with_token=with_token),
            node=_node(method.upper(), url, body, with_token=with_token),
            go=_go(method.upper(), url, body, with_token=with_token),
        )


def _body(document: dict[str, Any], operation: dict[str, Any]) -> str | None:
    """An example of the JSON body; None: it takes none."""
    content = resolved(document, operation.get("requestBody")).get("content") or {}
    media = content.get("application/json")
    if not isinstance(media, dict):
        return None
    example = media.get("example")
    if example is None:
        examples = media.get("examples") or {}
        first = resolved(document, next(iter(examples.values()), {})) if isinstance(examples, dict) else {}
        example = first.get("value")
    if example is None:
        example = _example(document, media.get("schema"), 0)
    return json.dumps(example, default=str)


def _example(document: dict[str, Any], given: Any, depth: int) -> Any:  # noqa: ANN401 - JSON of any shape
    schema = resolved(document, given)
    named = next((schema[name] for name in ("example", "default", "const") if name in schema), None)
    if named is not None or depth > _DEEPEST:
        return named
    if schema.get("enum"):
        return schema["enum"][0]
    several = schema.get("oneOf") or schema.get("anyOf")
    if several:
        return _example(document, several[0], depth + 1)
    return _composed(document, schema, depth)


def _composed(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:  # noqa: ANN401 - as above
    parts = [_example(document, one, depth + 1) for one in schema.get("allOf") or ()]
    merged = {key: value for part in parts if isinstance(part, dict) for key, value in part.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict):
        return {**merged, **{name: _example(document, one, depth + 1) for name, one in properties.items()}}
    given = schema.get("type")
    kind = next((one for one in given if one != "null"), None) if isinstance(given, list) else given
    if kind == "array":
        return [_example(document, schema.get("items"), depth + 1)]
    return _KINDS.get(str(kind), merged)


def _curl(method: str, url: str, body: str | None, *, with_token: bool) -> str:
    lines = [f'curl -X {method} "{url}"' if method != "GET" else f'curl "{url}"']
    if with_token:
        lines.append(f'  -H "Authorization: Bearer {_TOKEN}"')
    if body is not None:
        quoted = body.replace("'", "'\\''")
        lines += ['  -H "Content-Type: application/json"', f"  -d '{quoted}'"]
    return " \\\n".join(lines)


def _python(method: str, url: str, body: str | None, *, with_token: bool) -> str:
    arguments = [f'    "{url}",']
    if with_token:
        arguments.append('    headers={"Authorization": f"Bearer {os.environ[\'PASSGATE_TOKEN\']}"},')
    if body is not None:
        arguments.append(f"    json={json.loads(body)!r},")
    head = "import os\n\nimport httpx" if with_token else "import httpx"
    lines = "\n".join(arguments)
    return f"{head}\n\nanswer = httpx.{method.lower()}(\n{lines}\n)\nprint(answer.status_code, answer.text)"


def _node(method: str, url: str, body: str | None, *, with_token: bool) -> str:
    headers = ["    Authorization: `Bearer ${process.env.PASSGATE_TOKEN}`,"] if with_token else []
    options = [f'  method: "{method}",']
    if body is not None:
        headers.append('    "Content-Type": "application/json",')
    if headers:
        options += ["  headers: {", *headers, "  },"]
    if body is not None:
        options.append(f"  body: JSON.stringify({body}),")
    lines = "\n".join(options)
    return f'const answer = await fetch("{url}", {{\n{lines}\n}});\nconsole.log(answer.status, await answer.text());'


def _go(method: str, url: str, body: str | None, *, with_token: bool) -> str:
    source = "nil" if body is None else f"strings.NewReader({_go_string(body)})"
    lines = [f'request, _ := http.NewRequest("{method}", "{url}", {source})']
    if with_token:
        lines.append('request.Header.Set("Authorization", "Bearer "+os.Getenv("PASSGATE_TOKEN"))')
    if body is not None:
        lines.append('request.Header.Set("Content-Type", "application/json")')
    lines += [
        "answer, err := http.DefaultClient.Do(request)",
        "if err != nil {\n\tlog.Fatal(err)\n}",
        "defer answer.Body.Close()",
        "text, _ := io.ReadAll(answer.Body)",
        "fmt.Println(answer.Status, string(text))",
    ]
    return "\n".join(lines)


def _go_string(text: str) -> str:
    return f"`{text}`" if "`" not in text else json.dumps(text)
