"""What ``passgate audit …`` does: the same services as the API's, with the machine's own operator as the actor."""

import argparse
import json
import re
import sys
from datetime import datetime

from passgate.cli.local_storage import open_local
from passgate.identity.service.audit import AuditFilter, export_lines, verify_log
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import InvalidInputError

EXIT_NOT_WHOLE = 1

_KEPT = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def verify(options: argparse.Namespace) -> int:
    """Check the chain; the exit code is 1 where the log is not whole."""
    kept = _kept(options.kept) if options.kept else None
    _, storage = open_local(options)
    with storage.reading() as work:
        found = verify_log(SYSTEM, work, kept)
    if options.json:
        told = {"is_whole": found.is_whole, "entries": found.entries, "seq": found.seq, "hash": found.hash}
        print(json.dumps(told | {"problems": list(found.problems)}))
    elif found.is_whole:
        print(f"whole: {found.entries} entries; its end, to be kept elsewhere: {found.seq}:{found.hash}")
    else:
        for problem in found.problems:
            print(problem, file=sys.stderr)
    return 0 if found.is_whole else EXIT_NOT_WHOLE


def export(options: argparse.Namespace) -> int:
    """Write the entries to standard output."""
    wanted = AuditFilter(
        act=options.wanted,
        actor_id=options.actor,
        target_id=options.target,
        since=_moment(options.since, "since"),
        until=_moment(options.until, "until"),
    )
    _, storage = open_local(options)
    with storage.reading() as work:
        for line in export_lines(SYSTEM, work, wanted):
            sys.stdout.write(line)
    return 0


def _kept(text: str) -> tuple[int, str]:
    match = _KEPT.fullmatch(text)
    if match is None:
        raise InvalidInputError("--kept: SEQ:HASH, as `passgate audit verify` printed it.", field="kept")
    return int(match[1]), match[2]


def _moment(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"--{name}: a moment such as 2026-11-01T00:00:00Z.", field=name) from None
    if moment.tzinfo is None:
        raise InvalidInputError(f"--{name}: add the time zone, such as Z.", field=name)
    return moment


ACTS = {"verify": verify, "export": export}
"""The acts by their names on the command line."""
