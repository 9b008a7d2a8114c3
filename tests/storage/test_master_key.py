import stat
from pathlib import Path

import pytest

from passgate.kernel.sealing import UnsealError, Vault
from passgate.storage.master_key import (
    MasterKeyError,
    load_vault,
    new_master_key,
    read_master_keys,
    write_master_keys,
)


def test_the_first_need_makes_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    sealed = load_vault(tmp_path, None).seal("x")
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600
    assert load_vault(tmp_path, None).open(sealed) == "x"


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_vault(tmp_path, None)
    (tmp_path / "master.key").chmod(0o640)
    with pytest.raises(MasterKeyError, match="0640"):
        load_vault(tmp_path, None)


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 33])
def test_a_master_key_is_64_hexadecimal_digits(tmp_path: Path, text: str) -> None:
    with pytest.raises(MasterKeyError, match="64 hexadecimal digits"):
        load_vault(tmp_path, text)


def test_a_further_line_still_opens_what_the_older_key_sealed(tmp_path: Path) -> None:
    old = load_vault(tmp_path, "11" * 32).seal("x")
    path = tmp_path / "master.key"
    path.write_text("22" * 32 + "\n" + "11" * 32 + "\n")
    path.chmod(0o600)
    assert load_vault(tmp_path, None).open(old) == "x"


def test_the_setting_may_hold_several_keys_the_first_of_which_seals(tmp_path: Path) -> None:
    old = load_vault(tmp_path, "11" * 32).seal("x")
    both = load_vault(tmp_path, f"{'22' * 32}, {'11' * 32}")
    assert both.open(old) == "x"
    assert load_vault(tmp_path, "22" * 32).open(both.seal("y")) == "y"


def test_a_file_that_changes_is_taken_over_by_a_vault_that_is_open(tmp_path: Path) -> None:
    vault, path = load_vault(tmp_path, None), tmp_path / "master.key"
    old = vault.seal("x")
    new = new_master_key()
    write_master_keys(path, [new, *read_master_keys(path)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault.of(new).open(vault.seal("y")) == "y"
    assert vault.open(Vault.of(new).seal("z")) == "z"
    write_master_keys(path, [new])
    assert vault.open(old) == "x"
    with pytest.raises(UnsealError):
        load_vault(tmp_path, None).open(old)


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    vault, path = load_vault(tmp_path, None), tmp_path / "master.key"
    path.write_text("damaged")
    assert vault.open(vault.seal("x")) == "x"
    path.unlink()
    assert vault.open(vault.seal("x")) == "x"
