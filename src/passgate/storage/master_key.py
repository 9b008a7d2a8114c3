"""The master key: from the settings, or from a file that only its owner may read. Never from the database."""

import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from passgate.kernel.errors import PassgateError
from passgate.kernel.sealing import KEY_BYTES, Vault

FILE_NAME = "master.key"


class MasterKeyError(PassgateError):
    """A master key that cannot be used; the text says why and where."""

    code = "master_key_unusable"


def load_vault(data_dir: Path, configured: str | None) -> Vault:
    """The vault under the configured keys, or under those of the data folder's file, which is made at first need.

    The file holds one key a line in hexadecimal, the setting several with commas between; the first seals, the others
    only open. A file that changes while the process runs is read anew.

    Raises:
        MasterKeyError: not 64 hexadecimal digits, or a file that others may read.
    """
    if configured is not None:
        return Vault.of(*(_parse(text.strip(), "PASSGATE_MASTER_KEY") for text in configured.split(",")))
    path = data_dir / FILE_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        _write(descriptor, [new_master_key()])
    file = _KeyFile(path)
    return replace(file(), source=file)


def new_master_key() -> bytes:
    """A fresh master key."""
    return secrets.token_bytes(KEY_BYTES)


def read_master_keys(path: Path) -> list[bytes]:
    """The keys of a file, the sealing one first.

    Raises:
        MasterKeyError: not 64 hexadecimal digits a line, none at all, or a file that others may read.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise MasterKeyError(f"{path} may be read by others (mode {mode:04o}); make it 0600.")
        lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    except OSError as error:
        raise MasterKeyError(f"{path} cannot be read: {error.strerror}.") from error
    if not lines:
        raise MasterKeyError(f"{path} is empty.")
    return [_parse(line, str(path)) for line in lines]


def write_master_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Replace the file in one step; it is on the disk when this returns."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    _write(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), keys)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(slots=True)
class _KeyFile:
    """Reads the file when it has changed; one that cannot be read changes nothing."""

    path: Path
    _seen: tuple[int, int] | None = None
    _vault: Vault | None = field(default=None)

    def __call__(self) -> Vault:
        try:
            found = self.path.stat()
            if self._vault is None or self._seen != (found.st_ino, found.st_mtime_ns):
                self._vault = Vault.of(*read_master_keys(self.path))
                self._seen = (found.st_ino, found.st_mtime_ns)
        except (OSError, MasterKeyError):
            if self._vault is None:
                raise
        return self._vault


def _write(descriptor: int, keys: Sequence[bytes]) -> None:
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{key.hex()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def _parse(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyError(f"{where}: a master key is 64 hexadecimal digits.")
    return key
