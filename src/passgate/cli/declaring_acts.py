"""What ``passgate apply``, ``diff``, ``validate``, ``export`` and ``import`` do."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from passgate.cli.api_client import ApiClient
from passgate.declaring.catalogue import json_schema
from passgate.declaring.files import as_yaml, read_files, write_folder
from passgate.declaring.importing.formats import FORMATS
from passgate.declaring.reading import GivenDocument, read
from passgate.declaring.variables import Source
from passgate.kernel.errors import InvalidInputError
from passgate.settings import environment_value

_ROOT = "/api/v1/declarations"
_SCHEMA = "https://gate.example.com/api/v1/declarations/schema"
_SIGNS = {"created": "+", "changed": "~", "removed": "-"}
_WOULD_CHANGE = 3
"""Apart from the codes of a refusal and of wrong usage, so that a pipeline can tell."""


def apply(options: argparse.Namespace) -> int:
    """Apply the files, and say what was changed."""
    outcome = ApiClient.of(options).post(f"{_ROOT}/apply", _body(options))
    _show(options, outcome)
    return 0


def diff(options: argparse.Namespace) -> int:
    """Say what apply would change; a code of its own where it would change something."""
    outcome = ApiClient.of(options).post(f"{_ROOT}/diff", _body(options))
    _show(options, outcome)
    return _WOULD_CHANGE if any(change["action"] != "unchanged" for change in outcome["changes"]) else 0


def validate(options: argparse.Namespace) -> int:
    """Check the files by themselves; names that only a server knows are not asked about."""
    if options.schema:
        print(json.dumps(json_schema(), indent=2))
        return 0
    given = read_files(options.file, lambda source, name: f"${{{source}:{name}}}")
    read(given, unresolved=True)
    print(f"{len(given)} documents hold.", file=sys.stderr)
    return 0


def export(options: argparse.Namespace) -> int:
    """Write what the server has."""
    client = ApiClient.of(options)
    query = [("kind", kind) for kind in options.kind] + ([("team", options.team)] if options.team else [])
    found = client.get(f"{_ROOT}/export", query)
    _write(options, found["documents"], f"{client.url}{_ROOT}/schema")
    for note in found["notes"]:
        print(f"note: {note}", file=sys.stderr)
    return 0


def import_(options: argparse.Namespace) -> int:
    """Write another gateway's configuration as documents, and say what has no counterpart."""
    if options.apply and options.output is None:
        raise InvalidInputError("--apply applies what -o has written: name a folder.", field="output")
    found = FORMATS[options.format](options.source, options.team)
    leftovers = [one.model_dump() for one in found.leftovers]
    if options.output is not None:
        _write(options, found.documents, _SCHEMA)
        lines = [f"{one.place or options.source.name}: {one.reason}" for one in found.leftovers]
        (options.output / "left-out.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    elif not options.json:
        _write(options, found.documents, _SCHEMA)
    if options.json:
        print(json.dumps({"documents": found.documents, "left_out": leftovers}, ensure_ascii=False))
    else:
        for one in found.leftovers:
            print(f"no counterpart: {one.place or options.source.name}: {one.reason}", file=sys.stderr)
    print(f"{len(found.documents)} documents, {len(leftovers)} without a counterpart", file=sys.stderr)
    if options.apply:
        options.file = options.output
        apply(options)
    return _WOULD_CHANGE if leftovers else 0


def _body(options: argparse.Namespace) -> dict[str, Any]:
    given: list[GivenDocument] = read_files(options.file, _value)
    return {
        "documents": [one.model_dump(mode="json") for one in given],
        "set_name": options.set,
        "prune": options.prune,
        "prune_all": options.prune_all,
    }


def _value(source: Source, name: str) -> str | None:
    """What a reference in a document stands for."""
    if source == "ENV":
        return environment_value(name)
    try:
        return Path(name).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError):
        return None


def _show(options: argparse.Namespace, outcome: dict[str, Any]) -> None:
    if options.json:
        print(json.dumps(outcome))
        return
    for change in outcome["changes"]:
        if change["action"] == "unchanged":
            continue
        print(f"{_SIGNS[change['action']]} {change['kind']} {change['label']}")
        for field in change["fields"]:
            before = "" if change["action"] == "created" else f"{json.dumps(field['before'])} → "
            print(f"    {field['field']}: {before}{json.dumps(field['after'], ensure_ascii=False)}")
    counts = {action: sum(one["action"] == action for one in outcome["changes"]) for action in (*_SIGNS, "unchanged")}
    print(", ".join(f"{count} {action}" for action, count in counts.items()), file=sys.stderr)
    for note in outcome["notes"]:
        print(f"note: {note}", file=sys.stderr)


def _write(options: argparse.Namespace, documents: list[dict[str, Any]], schema: str) -> None:
    if options.output is None:
        print(f"# yaml-language-server: $schema={schema}\n{as_yaml(documents)}", end="")
        return
    for path in write_folder(options.output, documents, schema):
        print(path, file=sys.stderr)


ACTS = {"apply": apply, "diff": diff, "validate": validate, "export": export, "import": import_}
"""The acts by their names on the command line."""
