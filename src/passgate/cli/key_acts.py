"""What ``passgate key …`` does: the same services as the API's, with the machine's own operator as the actor."""

import argparse
import json
import sys
from datetime import datetime

from pydantic import ValidationError

from passgate.bootstrap.layout import folders_of
from passgate.bootstrap.master_key_rotation import drop_old_master_keys, prepare_master_key, rotate_master_key
from passgate.cli.local_storage import open_local
from passgate.identity.models import SigningKey
from passgate.identity.schemas import KeyImport
from passgate.identity.service.key_import import import_keys
from passgate.identity.service.key_revocation import revoke_key
from passgate.identity.service.key_rotation import rotate
from passgate.identity.service.keys import list_keys, live_tokens_by_key
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import InvalidInputError
from passgate.settings import load_settings
from passgate.storage.master_key import FILE_NAME


def listing(options: argparse.Namespace) -> int:
    """Print the keys, newest first."""
    _, storage = open_local(options)
    with storage.reading() as work:
        counts = live_tokens_by_key(SYSTEM, work)
        rows = [_described(key, counts.get(key.kid, 0)) for key in list_keys(SYSTEM, work)]
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        print(
            f"{row['kid']:<31} {row['status']:<9} {row['algorithm']:<6} {row['origin']:<9} "
            f"since {row['since']}  live tokens: {row['live_tokens']}"
        )
    return 0


def rotation(options: argparse.Namespace) -> int:
    """Rotate, and say which key signs."""
    _, storage = open_local(options)
    with storage.writing() as work:
        key = rotate(SYSTEM, work, options.algorithm, at_once=options.at_once)
    print(f"{key.kid} signs {key.algorithm} from now on")
    return 0


def revocation(options: argparse.Namespace) -> int:
    """Revoke a key, and say what fell with it."""
    _, storage = open_local(options)
    with storage.writing() as work:
        revoked = revoke_key(SYSTEM, work, options.kid, options.reason)
    print(f"{options.kid} revoked; live tokens that fell with it: {revoked.count}")
    return 0


def taking_in(options: argparse.Namespace) -> int:
    """Import a key or a set of them, and say what became of each."""
    given = _given(options)
    _, storage = open_local(options)
    with storage.writing() as work:
        keys = import_keys(SYSTEM, work, given)
    for key in keys:
        print(f"{key.kid} is published and will sign {key.algorithm} after the next rotation")
    return 0


def master(options: argparse.Namespace) -> int:
    """Rotate the master key, or a step of it."""
    if options.prepare:
        settings = load_settings(data_dir=options.data)
        key_id = prepare_master_key(settings, folders_of(settings))
        print(f"{key_id} is prepared. Copy {settings.data_dir / FILE_NAME} to every node, then run:")
        print(f"  passgate key rotate-master --to {key_id}")
        return 0
    settings, storage = open_local(options)
    folders = folders_of(settings)
    if options.drop_old:
        print(f"{drop_old_master_keys(settings, folders, storage).current} is the only master key now")
        return 0
    done = rotate_master_key(settings, folders, storage, options.to)
    print(f"{done.count} secrets are sealed under the master key {done.current} now")
    if done.kept:
        print(f"{', '.join(done.kept)} stays in {FILE_NAME} for reading. Once every node is up to date, run there:")
        print("  passgate key rotate-master --drop-old")
    elif settings.master_key is not None:
        print("Take the old key out of PASSGATE_MASTER_KEY once every node is up to date.")
    return 0


def _given(options: argparse.Namespace) -> KeyImport:
    try:
        text = sys.stdin.read() if str(options.file) == "-" else options.file.read_text()
        passphrase = options.passphrase_file.read_text().rstrip("\r\n") if options.passphrase_file else None
    except OSError as error:
        raise InvalidInputError(f"{error.filename} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError("The file is not text: PEM, JWK or JWK Set are wanted.") from error
    try:
        given = {"key": text, "passphrase": passphrase, "algorithm": options.algorithm, "kid": options.kid}
        return KeyImport.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidInputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _described(key: SigningKey, live_tokens: int) -> dict[str, str | int | None]:
    since = key.ended_at or key.retiring_at or key.activated_at or key.created_at
    return {
        "kid": key.kid,
        "status": key.status,
        "algorithm": key.algorithm,
        "origin": key.origin,
        "since": _text(since),
        "created_at": _text(key.created_at),
        "activated_at": _text(key.activated_at),
        "retiring_at": _text(key.retiring_at),
        "ended_at": _text(key.ended_at),
        "live_tokens": live_tokens,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


ACTS = {
    "list": listing,
    "rotate": rotation,
    "revoke": revocation,
    "import": taking_in,
    "rotate-master": master,
}
"""The acts by their names on the command line."""
