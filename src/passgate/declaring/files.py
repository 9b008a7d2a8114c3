"""Documents in YAML files: read with their places, and written again. For the command line; no server is asked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic_core import to_jsonable_python

from passgate.declaring.reading import GivenDocument
from passgate.declaring.variables import Lookup, marked_as_text, put_in
from passgate.kernel.errors import InvalidInputError

_MOST_BYTES = 6 * 1024 * 1024
_SUFFIXES = frozenset({".yaml", ".yml"})


class _OnceLoader(yaml.SafeLoader):
    """Refuses a key that stands twice, of which the first would go unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """The mapping, each key once."""
        seen = set()
        for key_node, _ in node.value:
            key = str(key_node.value)
            if key in seen:
                problem = f"the key {key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_files(place: Path, lookup: Lookup) -> list[GivenDocument]:
    """The documents of a file, or of all YAML files of a folder and those below it, with what they refer to put in.

    OpenAPI documents that lie there come in by the document that names them. A variable that stands for a secret may be
    unset: the secret then stays as it is, where there is one.

    Raises:
        InvalidInputError: names file, document and field: no YAML, a file that is not there, an unset variable.
    """
    found: list[GivenDocument] = []
    for path in _yaml_files(place):
        shown = str(path.relative_to(place)) if place.is_dir() else path.name
        for number, content in enumerate(_documents(path, shown), 1):
            if isinstance(content, dict) and "kind" not in content and content.keys() & {"openapi", "swagger"}:
                continue
            where = f"{shown}, document {number}"
            given = _mapping(content, where)
            described = _with_texts(given, path.parent, place if place.is_dir() else path.parent, where)
            found.append(
                GivenDocument(file=shown, number=number, content=put_in(described, path.parent, lookup, where))
            )
    if not found:
        raise InvalidInputError(f"{place} holds no documents.")
    return found


def as_yaml(documents: Iterable[Mapping[str, Any]]) -> str:
    """The documents as one YAML text; only secrets are references, and what looks like one elsewhere is a text."""
    plain = [marked_as_text(document) for document in documents]
    return yaml.dump_all(plain, Dumper=_BlockDumper, sort_keys=False, allow_unicode=True, width=120)


def write_folder(folder: Path, documents: Iterable[Mapping[str, Any]], schema: str) -> list[Path]:
    """One file a kind, and OpenAPI documents beside them; the paths written.

    Raises:
        InvalidInputError: the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInputError(f"{folder} is not empty.")
    folder.mkdir(parents=True, exist_ok=True)
    by_kind: dict[str, list[dict[str, Any]]] = {}
    written = []
    for document in documents:
        apart, texts = _texts_apart(document)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
        by_kind.setdefault(str(document["kind"]), []).append(apart)
    for kind, some in by_kind.items():
        path = folder / f"{_file_name(kind)}.yaml"
        path.write_text(f"# yaml-language-server: $schema={schema}\n{as_yaml(some)}", encoding="utf-8")
        written.append(path)
    return written


class _BlockDumper(yaml.SafeDumper):
    """Writes texts of several lines as they are."""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_BlockDumper.add_representer(str, _block)


def _yaml_files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise InvalidInputError(f"There is no {place}.")
    return [path for path in sorted(place.rglob("*")) if path.suffix in _SUFFIXES and path.is_file()]


def _documents(path: Path, shown: str) -> Iterator[Any]:
    text = path.read_text(encoding="utf-8") if path.stat().st_size <= _MOST_BYTES else None
    if text is None:
        raise InvalidInputError(f"{shown}: larger than {_MOST_BYTES} bytes.")
    try:
        yield from (one for one in yaml.load_all(text, Loader=_OnceLoader) if one is not None)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{shown}, line {mark.line + 1}" if mark is not None else shown
        raise InvalidInputError(f"{where}: {getattr(error, 'problem', None) or 'this is no YAML'}.") from None


def _mapping(content: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - YAML of any shape
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise InvalidInputError(f"{where}: a document is a mapping with the key kind.")
    plain: dict[str, Any] = to_jsonable_python(content)
    return plain


def _with_texts(content: dict[str, Any], folder: Path, root: Path, where: str) -> dict[str, Any]:
    """With the text of each OpenAPI document in the place of its file's name."""
    versions = content.get("versions")
    if content.get("kind") != "Service" or not isinstance(versions, list):
        return content
    put = [
        _with_text(version, folder, root, f"{where}, versions.{at}.document.file")
        for at, version in enumerate(versions)
    ]
    return {**content, "versions": put}


def _with_text(version: Any, folder: Path, root: Path, where: str) -> Any:  # noqa: ANN401 - YAML of any shape
    document = version.get("document") if isinstance(version, dict) else None
    if not isinstance(document, dict) or not isinstance(document.get("file"), str) or "text" in document:
        return version
    path = (folder / document["file"]).resolve()
    if not path.is_relative_to(root.resolve()):
        raise InvalidInputError(f"{where}: {document['file']} lies outside of the folder that is applied.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInputError(f"{where}: {document['file']} cannot be read.") from None
    rest = {name: value for name, value in document.items() if name != "file"}
    return {**version, "document": {**rest, "text": text}}


def _texts_apart(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    texts: dict[str, str] = {}
    versions = []
    for version in document.get("versions", []):
        text = (version.get("document") or {}).get("text") if isinstance(version, dict) else None
        if text is None:
            versions.append(version)
            continue
        syntax = "json" if text.lstrip()[:1] == "{" else "yaml"
        name = _file_name(f"{document['team']}-{document['name']}-{version['name']}") + f".openapi.{syntax}"
        texts[name] = text
        versions.append({**version, "document": {"file": name}})
    return ({**document, "versions": versions} if versions else dict(document)), texts


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()).strip("-") or "document"
