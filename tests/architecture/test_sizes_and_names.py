"""House rules that no linter knows: sizes, names, one reader of the environment."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_FILE = 500
MAX_FUNCTION = 80
BANNED = {"utils", "helpers", "common", "misc"}
SOURCES = sorted(
    path for folder in ("src", "tests", "benchmarks", "examples") for path in (ROOT / folder).rglob("*.py")
)
PRODUCT = sorted((ROOT / "src").rglob("*.py"))


def names_of(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", SOURCES, ids=names_of(SOURCES))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE, f"{path.name} is too long: split it by concept"
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION
    ]
    assert not long, f"too long: {long}"


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {part.removesuffix(".py"): path for path in SOURCES for part in path.relative_to(ROOT).parts}
    assert not BANNED & parts.keys(), f"name these by their noun: {[parts[name] for name in BANNED & parts.keys()]}"


def test_only_settings_reads_the_environment() -> None:
    forbidden = {"environ", "getenv", "environb", "putenv"}
    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in forbidden
    ]
    assert [place for place in readers if not place.startswith("src/passgate/settings.py")] == []


def test_no_committed_file_names_a_registry() -> None:
    hosts = [first + "." + second for first, second in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        assert not [host for host in hosts if host in text], f"{name} names a package registry's host"
