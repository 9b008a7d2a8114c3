"""References in documents: ``${ENV:NAME}`` and ``${FILE:path}``, which the command line puts values in for."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from passgate.kernel.errors import InvalidInputError

Source = Literal["ENV", "FILE"]
Lookup = Callable[[Source, str], str | None]
"""The value of a variable, or what a file holds; None: it is not there."""

UNRESOLVED = ("${ENV:", "${FILE:")
"""How a secret begins whose value nobody put in."""

_NOT_PLAIN = re.compile(r"[^A-Z0-9]+")
_REFERENCE = re.compile(r"(\$?)\$\{(?:(ENV):([A-Za-z_][A-Za-z0-9_]*)|(FILE):([^{}$\n]{1,500}))\}")
"""With one more ``$`` before it, the text itself is meant."""


def variable_for(*parts: str) -> str:
    """``${ENV:NAME}`` with a name made of those words."""
    name = _NOT_PLAIN.sub("_", "_".join(parts).upper()).strip("_")
    return "${ENV:" + (f"_{name}" if name[:1].isdigit() else name) + "}"


def has_reference(value: object) -> bool:
    """Whether it is a text in which a value is still to be put."""
    return isinstance(value, str) and any(not match[1] for match in _REFERENCE.finditer(value))


def put_in(content: Mapping[str, Any], folder: Path, lookup: Lookup, where: str) -> dict[str, Any]:
    """The document with values in the place of references; files are looked for from that folder on.

    A secret whose value is not there keeps the reference: it stays as it is, where one is stored.

    Raises:
        InvalidInputError: names the place of any other reference to what is not there.
    """

    def found(match: re.Match[str]) -> str | None:
        return lookup("ENV", match[3]) if match[2] else lookup("FILE", str(folder / match[5]))

    def put(text: str, path: tuple[str, ...]) -> str:
        missing = [match for match in _REFERENCE.finditer(text) if not match[1] and found(match) is None]
        if missing and _is_secret(content.get("kind"), path) and _REFERENCE.fullmatch(text):
            return text
        if missing:
            what = f"the variable {missing[0][3]} is not set" if missing[0][2] else f"{missing[0][5]} cannot be read"
            raise InvalidInputError(f"{where}, {'.'.join(path)}: {what}.")
        return _REFERENCE.sub(lambda match: match[0][1:] if match[1] else found(match) or "", text)

    return _each_text(content, put)


def marked_as_text(content: Mapping[str, Any]) -> dict[str, Any]:
    """The document with texts that look like references marked as texts, less those that stand for secrets.

    Otherwise whoever may write a description could read by it a variable of whoever applies an export.
    """

    def put(text: str, path: tuple[str, ...]) -> str:
        return text if _is_secret(content.get("kind"), path) else _REFERENCE.sub(lambda match: f"${match[0]}", text)

    return _each_text(content, put)


def _each_text(content: Mapping[str, Any], put: Callable[[str, tuple[str, ...]], str]) -> dict[str, Any]:
    """The document with each of its texts changed, less OpenAPI documents, which are not ours to change."""

    def walk(value: Any, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - YAML of any shape
        if isinstance(value, dict):
            return {name: walk(one, (*path, name)) for name, one in value.items()}
        if isinstance(value, list):
            return [walk(one, (*path, str(at))) for at, one in enumerate(value)]
        is_openapi = path[0] == "versions" and path[2:] == ("document", "text")
        return value if is_openapi or not isinstance(value, str) else put(value, path)

    return {name: walk(value, (name,)) for name, value in content.items()}


def _is_secret(kind: object, path: tuple[str, ...]) -> bool:
    """Whether a secret stands there, of which an export names the variable."""
    if kind == "Provider":
        return path == ("api_key",) or (path[0] == "keys" and path[2:] == ("api_key",))
    if kind == "Service" and path[0] == "certificates":
        return path[2:] == ("key_pem",)
    of_pool = path[4:] if kind == "Service" and path[0] == "versions" and path[2:3] == ("pools",) else ()
    return of_pool == ("tls", "client_key_pem") or (of_pool[:1] == ("credentials",) and of_pool[2:] == ("value",))
