"""``pip install passgate[sdk]`` brings the SDK's few dependencies, and they are enough."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from sdk.issuer_stub import AUDIENCE, IssuerStub

_SCRIPT = """
import sys
import tomllib
from pathlib import Path

ALLOWED = {"passgate", "cryptography", "_cffi_backend", "cffi"} | set(sys.stdlib_module_names)

class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED:
            raise ImportError(f"{name} is not among the SDK's dependencies")
        if name.startswith("passgate.") and not name.startswith("passgate.sdk"):
            raise ImportError(f"{name} is a part of the server")

sys.meta_path.insert(0, Guard())
import passgate.sdk.asgi, passgate.sdk.wsgi, passgate.sdk.client_credentials
from passgate.sdk import Verifier
print(Verifier(sys.argv[1], sys.argv[2]).verify(sys.argv[3]).subject)
try:
    import passgate.sdk.fastapi
except ImportError:
    print("no FastAPI, no dependency for it")
"""


def test_it_works_with_nothing_but_cryptography(stub: IssuerStub) -> None:
    command = [sys.executable, "-c", _SCRIPT, stub.url, AUDIENCE, stub.token()]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert (done.stdout.splitlines(), done.stderr) == (["app_1", "no FastAPI, no dependency for it"], "")


def test_the_package_asks_for_nothing_else_unless_the_server_is_wanted() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    names = [entry.partition(">")[0] for entry in project["dependencies"]]
    assert names == ["cryptography"]
    assert project["optional-dependencies"]["sdk"] == []
