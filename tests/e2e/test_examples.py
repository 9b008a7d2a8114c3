"""The example services, run by their one command against a Passgate that runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

from e2e.running import running, set_up

EXAMPLE = Path(__file__).parents[2] / "examples" / "services" / "run.py"


def test_services_call_each_other_and_a_revocation_bites(tmp_path: Path) -> None:
    with running(tmp_path / "data") as passgate:
        admin = set_up(passgate)
        made = admin.post("/tokens", {"kind": "personal", "name": "example", "lifetime_days": 1})
        done = subprocess.run(
            [sys.executable, EXAMPLE, "--url", passgate.url],
            env={**os.environ, "PASSGATE_TOKEN": made["token"], "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert re.search(r'shop → orders → billing, shipping: 200 .*"micro_dollars": 12500000', done.stdout)
        assert "without a token: 401" in done.stdout
        assert "at billing, for which it is not: 401" in done.stdout
        took = re.search(r"refused by orders after (\d+) ms", done.stdout)
        assert took is not None
        assert int(took[1]) < 1000
        if "left out" not in done.stdout:
            assert '"state": "on its way"' in done.stdout
        assert admin.get("/applications")["items"] == []
