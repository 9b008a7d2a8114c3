import os
import stat
from pathlib import Path

import pytest

from passgate.bootstrap.layout import FolderUnusableError, folders_of, make_folders
from passgate.settings import load_settings


def test_the_folders_are_for_the_owner_alone(tmp_path: Path) -> None:
    folders = folders_of(load_settings(data_dir=tmp_path / "data", runtime_dir=tmp_path / "run"))
    make_folders(folders)
    for folder in (folders.data, folders.node, folders.spool, folders.runtime):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(FolderUnusableError, match="data cannot be used"):
        make_folders(folders_of(load_settings(data_dir=tmp_path / "data", runtime_dir=tmp_path / "run")))


def test_a_runtime_folder_too_long_for_a_socket_is_named(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    with pytest.raises(FolderUnusableError, match="PASSGATE_RUNTIME_DIR"):
        make_folders(folders_of(load_settings(data_dir=tmp_path / "data", runtime_dir=deep)))


def test_two_data_folders_have_two_runtime_folders(tmp_path: Path) -> None:
    first, second = (folders_of(load_settings(data_dir=tmp_path / name)) for name in ("a", "b"))
    assert first.runtime != second.runtime
    assert len(os.fsencode(first.socket("worker-64"))) < 100
