"""Runs the identity provider of the tests."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

PACKAGE = "oidc-provider@9.13.3"
_SCRIPT = Path(__file__).with_suffix(".js")
PEOPLE = {
    "ada": {"email": "Ada@staff.example", "email_verified": True, "name": "Ada Staff", "groups": ["gate-admins"]},
    "bob": {"email": "bob@staff.example", "email_verified": True, "name": "Bob Staff", "groups": ["builders"]},
    "eve": {"email": "eve@staff.example", "email_verified": False, "name": "Eve Staff", "groups": []},
    "mallory": {"email": "m@elsewhere.example", "email_verified": True, "name": "Mallory", "groups": ["gate-admins"]},
}


@dataclass
class UpstreamIdp:
    """A provider on a port of the loopback; it can be started anew, with other clients and keys."""

    node: str
    folder: Path
    port: int
    clients: list[dict[str, Any]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self, kid: str) -> Iterator[None]:
        key = RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"})
        given = {
            "port": self.port,
            "clients": self.clients,
            "people": PEOPLE,
            "jwks": {"keys": [key.as_dict(private=True)]},
        }
        command = [self.node, "--input-type=module", "-e", _SCRIPT.read_text(), json.dumps(given)]
        with subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                while "ready" not in (line := process.stdout.readline()):
                    assert line, "the identity provider ended"
                yield
            finally:
                process.kill()
