"""Packages of the npm registry, installed once into a cache; a test skips by name where that is not possible."""

import shutil
import subprocess
from pathlib import Path

import pytest


def node_with(config: pytest.Config, cache: str, *packages: str) -> tuple[str, Path]:
    """Node's executable, and a folder in which it finds the packages (``name@version``, in a scope or not)."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node and npm are not here")
    folder = Path(config.cache.mkdir(cache))  # type: ignore[union-attr]  # there is a cache unless it is switched off
    if not all((folder / "node_modules" / package.rpartition("@")[0]).is_dir() for package in packages):
        install = [npm, "install", "--no-audit", "--no-fund", "--no-save", *packages]
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            pytest.skip(f"npm cannot install {', '.join(packages)}: {done.stderr.strip().splitlines()[-1]}")
    return node, folder
