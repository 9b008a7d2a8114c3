"""``passgate up`` and ``passgate node``."""

import argparse
import sys
from pathlib import Path
from typing import Any

from passgate import __version__
from passgate.bootstrap.layout import Folders, folders_of, make_folders
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


def _up(options: argparse.Namespace) -> int:
    settings = load_settings(data_dir=options.data, host=options.host, port=options.port)
    return _run(settings, with_control=True)


def _node(options: argparse.Namespace) -> int:
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
    return _run(settings, with_control=False)


def _run(settings: Settings, *, with_control: bool) -> int:
    configure_logging("supervisor", settings.log_format, settings.log_level)
    folders = folders_of(settings)
    make_folders(folders)
    return run_node(
        settings,
        folders,
        with_control=with_control,
        announce=lambda: _announce(settings, folders, control=with_control),
    )


def _announce(settings: Settings, folders: Folders, *, control: bool) -> None:
    lines = [f"Passgate {__version__} is ready: {settings.base_url}"]
    if control and folders.setup_link.exists():
        link = folders.setup_link.read_text(encoding="utf-8")
        folders.setup_link.unlink()
        lines += ["", "Create the first administrator with this link (once, within 24 hours):", f"  {link}"]
    print("\n" + "\n".join(lines) + "\n")
    sys.stdout.flush()
