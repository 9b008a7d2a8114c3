import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from passgate.kernel.atomic_file import write_atomically


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow over 4 KiB: what a full disk does to the one who writes."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
    signal.signal(signal.SIGXFSZ, ignored)


def test_a_file_is_replaced_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_atomically(path, "old")
    write_atomically(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


@pytest.mark.usefixtures("small_files")
def test_what_cannot_be_written_leaves_the_old_file_and_no_remains(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_atomically(path, "old")
    with pytest.raises(OSError, match=r"too large: '.*/state.json'"):
        write_atomically(path, "n" * 100_000)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("state.json", "old")]
