"""Each golden: the snapshot gives these resources, and Envoy itself holds them valid."""

import asyncio
from pathlib import Path

import pytest
import yaml

from envoy_validation import inlined, validate
from goldens.golden_files import FILES, compiled, kept, layout_at
from passgate.gateway.envoy.bootstrap import bootstrap
from passgate.gateway.envoy.ca_bundle import find_ca_bundle
from wire.certificates import write_certificate
from wire.rig import envoy_binary


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_snapshot_gives_these_resources(file: Path) -> None:
    golden = yaml.safe_load(file.read_text())
    assert kept(golden) == golden["resources"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_envoy_holds_them_valid(file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    golden = yaml.safe_load(file.read_text())
    folder = tmp_path_factory.mktemp("v")
    write_certificate(folder, "gate.example")
    layout = layout_at(folder, find_ca_bundle(), tls=golden.get("tls", False))
    config = inlined(bootstrap(layout), compiled(golden, layout))
    assert asyncio.run(validate(envoy_binary(), config)) is None
