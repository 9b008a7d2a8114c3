"""Through a real Envoy: what it could not write to its access log is told."""

import httpx

from e2e.running import Running, until


def test_calls_that_envoy_could_not_write_down_are_told(passgate: Running) -> None:
    """A device that is always full stands for the disk."""
    assert "missing from the calls table" not in passgate.log
    spool = passgate.data / "node" / "spool"
    (spool / "access.jsonl").unlink()
    (spool / "access.jsonl").symlink_to("/dev/full")
    passgate.kill("envoy")
    until(lambda: httpx.get(f"{passgate.url}/nothing-here").status_code == 404, what="a call")
    until(lambda: "missing from the calls table" in passgate.log, seconds=30, what="a word on the lost call")
