"""LiteLLM's proxy: one worker, a master key, one OpenAI-compatible model at the mock vendor; no database, no log."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes, replies
from benchmarks.target import Place, SkippedError, Target, chat_call

_KEY = "sk-bench-master-key"
_START_SECONDS = 90.0
_ENVIRONMENT = {
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
    "NO_PROXY": "127.0.0.1,localhost",
}


def _version(python: Path) -> str:
    code = "import importlib.metadata as m; print(m.version('litellm'))"
    said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def install(folder: Path) -> tuple[Path, str]:
    """The proxy's command and version, installed from PyPI into a virtual environment unless it is there.

    Raises:
        SkippedError: cannot be installed.
    """
    python, command = folder / "bin" / "python", folder / "bin" / "litellm"
    if not command.exists():
        print("installing litellm[proxy] (about a minute, once) …", flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        steps: tuple[list[str | Path], ...] = (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "-q", "litellm[proxy]"],
        )
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                print(done.stderr.strip() or done.stdout.strip(), file=sys.stderr)
                raise SkippedError("pip could not install litellm[proxy]")
    version = _version(python)
    if not version:
        raise SkippedError("the environment given for litellm does not hold it")
    return command, version


def _config(vendor_port: int) -> dict[str, object]:
    parameters = {
        "model": f"openai/{replies.MODEL}",
        "api_base": f"http://127.0.0.1:{vendor_port}/v1",
        "api_key": "sk-mock",
    }
    return {
        "model_list": [{"model_name": replies.MODEL, "litellm_params": parameters}],
        "general_settings": {"master_key": _KEY},
        "litellm_settings": {"telemetry": False, "set_verbose": False, "num_retries": 0},
    }


@contextlib.contextmanager
def start(place: Place) -> Iterator[list[Target]]:
    """The proxy as its documentation says to run it in production, on one worker.

    Raises:
        SkippedError: it cannot be installed.
    """
    command, version = install(place.cache / "litellm")
    folder = place.folder / "litellm"
    folder.mkdir()
    port, log, config = processes.free_port(), folder / "litellm.log", folder / "config.yaml"
    config.write_text(json.dumps(_config(place.vendor_port)))
    options = ["--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
    with processes.running(
        [command, "--config", config, *options], core=place.cores.target, log=log, env=_ENVIRONMENT
    ) as process:
        processes.wait_until_served(process, port, "/health/liveliness", log=log, seconds=_START_SECONDS)
        call = chat_call(port, headers={"Authorization": f"Bearer {_KEY}"})
        yield [Target("litellm", call, process.pid, {"litellm": version})]
