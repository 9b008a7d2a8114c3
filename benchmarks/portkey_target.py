"""Portkey's open gateway on Node: no key of its own, the provider and the mock vendor's address in each call."""

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.target import Place, SkippedError, Target, chat_call

_PACKAGE = "@portkey-ai/gateway"


def install(folder: Path) -> tuple[Path, str]:
    """The gateway's script and version, installed from npm unless it is there.

    Raises:
        SkippedError: there is no Node, or npm cannot install it.
    """
    package = folder / "node_modules" / _PACKAGE
    script = package / "build" / "start-server.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SkippedError("npm is not installed")
        print(f"installing {_PACKAGE} (once) …", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        step: list[str | Path] = [
            npm,
            "install",
            "--no-fund",
            "--no-audit",
            "--ignore-scripts",
            "--prefix",
            folder,
            _PACKAGE,
        ]
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip() or done.stdout.strip(), file=sys.stderr)
            raise SkippedError(f"npm could not install {_PACKAGE}")
    return script, str(json.loads((package / "package.json").read_text())["version"])


@contextlib.contextmanager
def start(place: Place) -> Iterator[list[Target]]:
    """The gateway without its own console.

    Raises:
        SkippedError: it cannot be installed, or there is no Node.
    """
    node = shutil.which("node")
    if node is None:
        raise SkippedError("node is not installed")
    script, version = install(place.cache / "portkey")
    folder = place.folder / "portkey"
    folder.mkdir()
    port, log = processes.free_port(), folder / "portkey.log"
    command: list[str | Path] = [node, script, "--headless", f"--port={port}"]
    environment = {"NODE_ENV": "production", "NODE_NO_WARNINGS": "1"}
    with processes.running(command, core=place.cores.target, log=log, env=environment) as process:
        processes.wait_until_served(process, port, "/", log=log, seconds=30)
        headers = {
            "Authorization": "Bearer sk-mock",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"http://127.0.0.1:{place.vendor_port}/v1",
        }
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        versions = {_PACKAGE: version, "node": said.stdout.strip().removeprefix("v")}
        yield [Target("portkey", chat_call(port, headers=headers), process.pid, versions)]
