"""``passgate status``: what runs here, and whether it serves."""

import argparse
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from passgate.bootstrap.layout import folders_of
from passgate.bootstrap.node import gate_address
from passgate.settings import load_settings

EXIT_NOT_READY = 1


def add(commands: Any) -> None:  # noqa: ANN401 - argparse gives its subparsers no public type
    """Add the command."""
    parser = commands.add_parser("status", help="say what runs here, and whether it serves")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (PASSGATE_DATA_DIR, ./data)")
    parser.add_argument("--port", type=int, help="port of the gate (the one that it was started with)")
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(run=_status)


def _status(options: argparse.Namespace) -> int:
    from passgate.bootstrap.readiness import ask_gate  # noqa: PLC0415 - clients of HTTP, which no start should wait for

    settings = load_settings(data_dir=options.data, port=options.port)
    try:
        report = json.loads(folders_of(settings).processes.read_bytes())
    except (OSError, ValueError):
        report = {"processes": {}}
    if options.port is None:
        settings = load_settings(data_dir=options.data, port=report.get("port"))
    answer = ask_gate(gate_address(settings), "/readyz") if report["processes"] else None
    ready = answer is not None and answer.status == HTTPStatus.OK
    if options.json:
        details = answer.body if answer is not None else {}
        print(json.dumps({"ready": ready, "url": settings.base_url, **report, "gate": details}))
        return 0 if ready else EXIT_NOT_READY
    if not report["processes"]:
        print(f"Passgate is not running on {settings.data_dir}.")
        return EXIT_NOT_READY
    print(f"{settings.base_url}: {'ready' if ready else 'not ready'}")
    for name, child in report["processes"].items():
        print(f"  {name:<12} {child['state']:<11} pid {child['pid'] or '-':<8} restarts {child['restarts']}")
    if answer is not None and "snapshot_version" in answer.body:
        print(f"  snapshot {answer.body['snapshot_version']}, revocations up to {answer.body['revocation_seq']}")
    return 0 if ready else EXIT_NOT_READY
