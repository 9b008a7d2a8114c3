"""The example services, run by their one command: with a Passgate of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "services" / "run.py"


def test_services_call_each_other_and_a_revocation_bites() -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLE],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r'shop → orders → billing, shipping: 200 .*"micro_dollars": 12500000', done.stdout)
    assert "without a token: 401" in done.stdout
    billed = re.search(r"billing was asked for (\S+) \(the shop\), by (\S+) \(orders\)", done.stdout)
    assert billed is not None
    assert billed[1] != billed[2]
    assert "at billing, for which it is not: 401" in done.stdout
    took = re.search(r"refused by orders after (\d+) ms", done.stdout)
    assert took is not None
    assert int(took[1]) < 1000
    if "left out" not in done.stdout:
        assert '"state": "on its way"' in done.stdout
