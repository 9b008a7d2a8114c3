"""``passgate up`` and ``passgate node``."""

import argparse
from pathlib import Path
from typing import Any, NoReturn

from passgate.bootstrap.layout import folders_of, make_folders
from passgate.bootstrap.logs import configure_logging
from passgate.bootstrap.node import run_node
from passgate.kernel.errors import InvalidInputError
from passgate.settings import Settings, load_settings


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add both commands."""
    up = commands.add_parser("up", help="start Passgate: database, control, workers and Envoy, in one")
    _add_options(up)
    up.set_defaults(run=_up)
    node = commands.add_parser("node", help="start one more node on a shared PostgreSQL, without control")
    _add_options(node)
    node.add_argument("--database", metavar="URL", help="postgresql://… that all nodes share")
    node.add_argument("--name", metavar="NAME", help="this node's name, unique among the nodes")
    node.set_defaults(run=_node)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (PASSGATE_DATA_DIR, ./data)")
    parser.add_argument("--host", help="address to listen on (PASSGATE_HOST, 0.0.0.0)")
    parser.add_argument("--port", type=int, help="port to listen on (PASSGATE_PORT, 8080)")


def _up(options: argparse.Namespace) -> NoReturn:
    settings = load_settings(data_dir=options.data, host=options.host, port=options.port)
    _run(settings, with_control=True)


def _node(options: argparse.Namespace) -> NoReturn:
    settings = load_settings(
        data_dir=options.data,
        host=options.host,
        port=options.port,
        database_url=options.database,
        node_name=options.name,
    )
    if not settings.sqlalchemy_url.startswith("postgresql"):
        raise InvalidInputError("A further node needs a shared PostgreSQL: give --database or PASSGATE_DATABASE_URL.")
    from passgate.storage.master_key import FILE_NAME  # noqa: PLC0415 - cryptography, for a name, in a process that stays

    if settings.master_key is None and not (settings.data_dir / FILE_NAME).exists():
        raise InvalidInputError(
            f"A further node needs the first one's master key: set PASSGATE_MASTER_KEY, or copy {FILE_NAME} into "
            f"{settings.data_dir}."
        )
    _run(settings, with_control=False)


def _run(settings: Settings, *, with_control: bool) -> NoReturn:
    configure_logging("supervisor", settings.log_format, settings.log_level)
    folders = folders_of(settings)
    make_folders(folders)
    run_node(settings, folders, with_control=with_control)
