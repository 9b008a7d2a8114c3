"""What ``passgate login`` keeps: tokens by Passgate, in a file that the user alone can read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Credential:
    """The tokens for one Passgate.

    Attributes:
        access_token: for its management API.
        refresh_token: for the next one.
        expires_at: when the access token ends, in seconds since 1970.
    """

    access_token: str
    refresh_token: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """The file."""

    path: Path

    @classmethod
    def of_user(cls) -> "CredentialFile":
        """The file of whoever runs the command."""
        return cls(Path.home() / ".config" / "passgate" / "credentials.json")

    def read(self, url: str) -> Credential | None:
        """What is kept for a Passgate."""
        found = self._all().get(url)
        return Credential(**found) if found is not None else None

    def write(self, url: str, credential: Credential | None) -> None:
        """Keep it, or None: forget it. The file is replaced as a whole."""
        kept = self._all()
        kept.pop(url, None)
        if credential is not None:
            kept[url] = asdict(credential)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept, file)
        fresh.replace(self.path)

    def _all(self) -> dict[str, dict[str, Any]]:
        try:
            found: dict[str, dict[str, Any]] = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found
