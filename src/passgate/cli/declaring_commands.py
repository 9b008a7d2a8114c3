"""``passgate apply | diff | validate | export | import``: a Passgate as files."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the commands."""
    for act, text in (
        ("apply", "have a Passgate be as YAML files say: all of it or nothing"),
        ("diff", "say what apply would change, field by field; exit code 3 where it would"),
    ):
        parser = commands.add_parser(act, help=text)
        _files(parser)
        _server(parser)
        parser.add_argument("--set", default="default", metavar="NAME", help="tells these files from others' (default)")
        parser.add_argument("--prune", action="store_true", help="remove what an earlier apply of this set made")
        parser.add_argument(
            "--prune-all", action="store_true", help="remove whatever is not named, of the kinds that are named"
        )
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.set_defaults(run=_run, act=act)
    _import(commands)
    validate = commands.add_parser("validate", help="check YAML files, without a server")
    _files(validate)
    validate.add_argument("--schema", action="store_true", help="print the JSON schema of documents instead")
    validate.set_defaults(run=_run, act="validate")
    export = commands.add_parser("export", help="write all of a Passgate that you may read as YAML, without secrets")
    export.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="a new folder, one file a kind (to the output)"
    )
    export.add_argument("--kind", action="append", default=[], help="only this kind, such as Service; may be repeated")
    export.add_argument("--team", help="only what is of the team of this name")
    _server(export)
    export.set_defaults(run=_run, act="export")


def _import(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    parser = commands.add_parser(
        "import",
        help="write another gateway's configuration as documents, and name what has no counterpart",
        description="Writes the documents to the output, or into a new folder, and what has no counterpart to the "
        "error output, each with its place. Nothing is applied unless --apply is given. Exit code 3: something has no "
        "counterpart; 1: the source cannot be read.",
    )
    parser.add_argument("format", choices=("kong", "litellm", "apipark", "openapi"), help="what the source is")
    parser.add_argument(
        "source",
        type=Path,
        metavar="FILE",
        help="kong.yml; LiteLLM's config.yaml; APIPark's export.zip or its folder; an OpenAPI document",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="a new folder, one file a kind (to the output)"
    )
    parser.add_argument("--team", metavar="NAME", help="the team that all of it is to belong to (Imported)")
    parser.add_argument("--json", action="store_true", help="documents and leftovers as one JSON document")
    parser.add_argument("--apply", action="store_true", help="apply the folder at once, as `passgate apply` does")
    parser.add_argument(
        "--set", default="imported", metavar="NAME", help="the set that --apply marks it with (imported)"
    )
    _server(parser)
    parser.set_defaults(run=_run, act="import", prune=False, prune_all=False)


def _files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-f", "--file", type=Path, default=Path(), metavar="PATH", help="a file or a folder (this one)")


def _server(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", metavar="URL", help="which Passgate (this machine's)")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="a personal token (that of PASSGATE_TOKEN, or `passgate login`)"
    )


def _run(options: argparse.Namespace) -> int:
    # Its libraries are for these acts alone: `passgate up`, which stays resident, shall not carry them.
    from passgate.cli.declaring_acts import ACTS  # noqa: PLC0415 - see above

    return ACTS[options.act](options)
