"""Changing the master key: every stored secret is sealed anew, while Passgate runs or not.

The order makes each step safe to be interrupted: a new key is on the disk before anything is sealed under it, and an
old one leaves the disk only when nothing needs it any more. Processes of this machine read the file anew by
themselves. Other nodes have copies of the file, so they need the new key first: that is what preparing is for.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from passgate.bootstrap.layout import Folders
from passgate.gateway.publication import Publication
from passgate.gateway.service import list_nodes
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import ConflictError, InvalidInputError
from passgate.kernel.sealing import key_id_of
from passgate.metering.alerts.models import Webhook
from passgate.metering.bodies.models import CallBody
from passgate.settings import Settings
from passgate.storage.audit.capture import Act
from passgate.storage.master_key import FILE_NAME, new_master_key, read_master_keys, write_master_keys
from passgate.storage.resealing import reseal, sealing_keys
from passgate.storage.work import Storage, Work

SEALED_ELSEWHERE = (Webhook, CallBody)
"""Tables with sealed columns that nothing here uses: loaded, so that their secrets are sealed anew with all others."""
_SEALED = re.compile(rb"v1\.([0-9a-f]{8})\.")
_GONE_AFTER = timedelta(days=1)
_PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done.

    Attributes:
        current: the id of the key that everything is sealed under now.
        count: how many secrets were sealed anew.
        kept: the ids of older keys that stay for reading.
    """

    current: str
    count: int
    kept: tuple[str, ...] = ()


def prepare_master_key(settings: Settings, folders: Folders) -> str:
    """Put a new key into the file, which opens and does not yet seal; its id.

    Raises:
        InvalidInputError: the master key is a setting, which this cannot change.
        MasterKeyError: the file cannot be used.
    """
    _refuse_setting(settings)
    path, key = folders.data / FILE_NAME, new_master_key()
    write_master_keys(path, [*read_master_keys(path), key])
    return key_id_of(key)


def rotate_master_key(settings: Settings, folders: Folders, storage: Storage, to: str | None = None) -> Rotated:
    """Seal everything anew: under a new key, under a prepared one, or under the setting's first.

    Args:
        settings: the settings.
        folders: where the file lies.
        storage: that publishes and wakes nodes.
        to: the id of a prepared key; None: a new one.

    Raises:
        ConflictError: other nodes, which have copies of the file, could not follow.
        InvalidInputError: no such prepared key, or a setting that holds no second key.
        MasterKeyError: the file cannot be used.
    """
    if settings.master_key is not None:
        if len(storage.vault.keys) == 1:
            raise InvalidInputError(
                "The master key is set by PASSGATE_MASTER_KEY. Set it to the new and the old key, with a comma between "
                "(64 hexadecimal digits each), restart all nodes one after the other, and repeat this command."
            )
        return _resealed(settings, storage)
    path = folders.data / FILE_NAME
    keys = read_master_keys(path)
    if to is None:
        _refuse_other_nodes(settings, storage)
        write_master_keys(path, [new_master_key(), *keys])
    else:
        chosen = next((key for key in keys if key_id_of(key) == to), None)
        if chosen is None:
            raise InvalidInputError(f"{path} holds no key {to}; prepare one first.", field="to")
        write_master_keys(path, [chosen, *(key for key in keys if key != chosen)])
    rotated = _resealed(settings, storage)
    old = tuple(key_id_of(key) for key in read_master_keys(path)[1:])
    if to is None and _is_done_with(folders, old, _PATIENCE_SECONDS):
        drop_old_master_keys(settings, folders, storage)
        return rotated
    return Rotated(rotated.current, rotated.count, kept=old)


def drop_old_master_keys(settings: Settings, folders: Folders, storage: Storage) -> Rotated:
    """Take every key but the current one out of the file.

    Raises:
        ConflictError: something is still sealed under one of them.
        InvalidInputError: the master key is a setting, which this cannot change.
        MasterKeyError: the file cannot be used.
    """
    _refuse_setting(settings)
    path = folders.data / FILE_NAME
    current, *older = read_master_keys(path)
    old = tuple(map(key_id_of, older))
    with storage.reading() as work:
        needed = sorted(set(sealing_keys(work)) & set(old))
    if needed:
        text = f"Secrets are still sealed under {', '.join(needed)}; run passgate key rotate-master first."
        raise ConflictError(text, code="master_key_needed")
    if not _is_done_with(folders, old, 0):
        text = "This node has not taken over the secrets as they are sealed now; let it run until it is up to date."
        raise ConflictError(text, code="master_key_needed")
    write_master_keys(path, [current])
    return Rotated(key_id_of(current), 0)


def _resealed(settings: Settings, storage: Storage) -> Rotated:
    count, current = 0, storage.vault.renewed().current
    while True:
        with storage.writing() as work:
            done = reseal(work)
            if done:
                Publication(issuer=settings.token_issuer, audience=settings.audience).publish(work)
                work.note(Act("master_key.rotated", "master_key", current, after={"secrets": done}))
        count += done
        if not done:  # nor has anybody sealed under the old one meanwhile
            return Rotated(current, count)


def _refuse_setting(settings: Settings) -> None:
    if settings.master_key is not None:
        raise InvalidInputError("The master key is set by PASSGATE_MASTER_KEY, not by a file.")


def _refuse_other_nodes(settings: Settings, storage: Storage) -> None:
    with storage.reading() as work:
        others = _other_nodes(settings, work)
    if others:
        raise ConflictError(
            f"Other nodes ({', '.join(others)}) have copies of {FILE_NAME} and must know the new key first: run this "
            f"with --prepare, copy {FILE_NAME} to them, and run it again with --to and the id that was printed.",
            code="other_nodes",
        )


def _other_nodes(settings: Settings, work: Work) -> list[str]:
    since = work.clock.now() - _GONE_AFTER
    nodes = list_nodes(SYSTEM, work)
    return [node.name for node in nodes if node.name != settings.node_name and node.last_seen_at > since]


def _is_done_with(folders: Folders, old: Sequence[str], patience: float) -> bool:
    """Whether the node's own files hold nothing that is sealed under the old keys; waits for the agent."""
    deadline = time.monotonic() + patience if folders.processes.exists() else 0.0
    while set(old) & _keys_in(folders):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _keys_in(folders: Folders) -> set[str]:
    files = [path for path in (folders.inference_config, folders.last_good) if path.exists()]
    return {found.decode() for path in files for found in _SEALED.findall(path.read_bytes())}
