"""Files that others read while they are written."""

import os
import secrets
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner alone; a reader sees the old or the new, never a part.

    Raises:
        OSError: it cannot be written (a full disk, a folder that is gone); it names the file. The old one stays, and
            nothing beside it.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        # Who tries again every few seconds would fill with remains what little room a disk gets back.
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
