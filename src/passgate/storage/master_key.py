"""The master key: from the settings, or from a file that only its owner may read. Never from the database."""

import os
import secrets
import stat
from pathlib import Path

from passgate.kernel.errors import PassgateError
from passgate.kernel.sealing import KEY_BYTES, Vault

FILE_NAME = "master.key"


class MasterKeyError(PassgateError):
    """A master key that cannot be used; the text says why and where."""

    code = "master_key_unusable"


def load_vault(data_dir: Path, configured: str | None) -> Vault:
    """The vault under the configured key, or under the data folder's file, which is made at first need.

    The file holds one key a line in hexadecimal; the first seals, the others only open (after a rotation).

    Raises:
        MasterKeyError: not 64 hexadecimal digits, or a file that others may read.
    """
    if configured is not None:
        return Vault.of(_parse(configured, "PASSGATE_MASTER_KEY"))
    path = data_dir / FILE_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return _read(path)


def _read(path: Path) -> Vault:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise MasterKeyError(f"{path} may be read by others (mode {mode:04o}); make it 0600.")
    lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    if not lines:
        raise MasterKeyError(f"{path} is empty.")
    return Vault.of(*(_parse(line, str(path)) for line in lines))


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyError(f"{where}: a master key is 64 hexadecimal digits.")
    return key
