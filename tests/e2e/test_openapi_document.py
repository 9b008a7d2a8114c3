"""The management API keeps what its OpenAPI document says, asked by a stranger to both."""

import subprocess
import sys
from pathlib import Path

import pytest

from e2e.running import Administrator, Running

_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
_ENDS_ITS_OWN_TOKEN = "/revocations$|/revoke$|/users|/teams|/session|/rotate$|/setup$"
"""What one of its random requests may end the caller's own access with."""


def _walk(passgate: Running, *arguments: str) -> None:
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{passgate.url}/api/v1/openapi.json"]
    settings = ["--checks", _CHECKS, "--phases", "fuzzing", "--max-examples", "1", "--seed", "7", "--no-color"]
    done = subprocess.run(
        [*command, *settings, "--suppress-health-check", "all", *arguments],
        cwd=passgate.data,  # it keeps files of its own
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert " generated, " in done.stdout
    assert "Traceback" not in passgate.log


def test_no_request_of_a_stranger_meets_an_undocumented_answer(passgate: Running) -> None:
    _walk(passgate)


@pytest.mark.parametrize("paths", [("--exclude-path-regex", _ENDS_ITS_OWN_TOKEN), ("--include-path-regex", "/revoke$")])
def test_no_request_of_an_administrator_meets_an_undocumented_answer(
    passgate: Running, ada: Administrator, paths: tuple[str, str]
) -> None:
    issued = ada.post("/tokens", {"kind": "personal", "name": "walk", "lifetime_days": 1})
    _walk(passgate, "-H", f"Authorization: Bearer {issued['token']}", *paths)
