"""What Envoy is started with."""

import re
from pathlib import Path

import pytest

from goldens.golden_files import layout_at
from passgate.gateway.envoy.binary import EnvoyBinary
from passgate.gateway.envoy.bootstrap import bootstrap
from passgate.gateway.envoy.ca_bundle import find_ca_bundle
from passgate.gateway.envoy.command import LogFlushing, envoy_command
from passgate.gateway.envoy.layout import LayoutError, NodeLayout
from passgate.gateway.envoy.refusals import REFUSALS
from wire.rig import message_factory

_FOLDER = Path("/run/passgate")
_BUNDLE = Path("/etc/ssl/bundle.pem")


@pytest.mark.parametrize("tls", [True, False])
def test_the_start_up_file_fits_envoys_message(tls: bool) -> None:  # noqa: FBT001  # a column of the table
    message_factory().make("envoy.config.bootstrap.v3.Bootstrap", bootstrap(layout_at(_FOLDER, _BUNDLE, tls=tls)))


@pytest.mark.parametrize(
    ("host", "address"),
    [("localhost", "127.0.0.1"), ("", "0.0.0.0"), ("::", "::"), ("10.0.0.1", "10.0.0.1")],  # noqa: S104  # an operator's choice
)
def test_envoy_listens_on_the_public_port_only(host: str, address: str) -> None:
    layout = _changed(host=host)
    start = bootstrap(layout)
    listener, inner, cached = start["static_resources"]["listeners"]
    assert inner["address"] == {"pipe": {"path": str(layout.inner_socket), "mode": 0o600}}
    assert cached["address"] == {"pipe": {"path": str(layout.cached_socket), "mode": 0o600}}
    socket = listener["address"]["socket_address"]
    assert (socket["address"], socket["port_value"]) == (address, 8080)
    assert start["admin"]["address"]["pipe"] == {"path": "/run/passgate/admin", "mode": 0o600}


def test_the_command_rejects_unknown_fields_and_writes_every_line() -> None:
    binary = EnvoyBinary(path=Path("/opt/envoy"), version="1.40.0")
    command = envoy_command(binary, layout_at(_FOLDER, _BUNDLE), Path("/run/passgate/envoy.json"))
    assert command[:3] == ["/opt/envoy", "--config-path", "/run/passgate/envoy.json"]
    assert {"--reject-unknown-dynamic-fields", "--disable-hot-restart"} <= set(command)
    assert command[command.index("--file-flush-min-size-kb") + 1] == "0"
    slower = envoy_command(binary, layout_at(_FOLDER, _BUNDLE), Path("x"), flushing=LogFlushing(min_size_kb=64))
    assert slower[slower.index("--file-flush-min-size-kb") + 1] == "64"


def _changed(**changes: object) -> NodeLayout:
    layout = layout_at(_FOLDER, _BUNDLE)
    values = {name: getattr(layout, name) for name in NodeLayout.__dataclass_fields__}
    return NodeLayout(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tls_certificate": Path("x")}, "tls_certificate"),
        ({"tls_key": Path("x")}, "tls_certificate"),
        ({"worker_sockets": ()}, "worker_sockets"),
        ({"ads_socket": Path("/" + "x" * 107)}, "runtime_dir"),
        ({"worker_sockets": (Path("/" + "ä" * 54),)}, "runtime_dir"),
    ],
)
def test_a_layout_that_cannot_start_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(LayoutError) as refused:
        _changed(**changes)
    assert refused.value.field == field


def test_the_machines_certificate_authorities_are_found(tmp_path: Path) -> None:
    assert find_ca_bundle().read_text().count("BEGIN CERTIFICATE") > 10
    (tmp_path / "empty.pem").touch()
    assert find_ca_bundle([tmp_path / "empty.pem"]) != tmp_path / "empty.pem"


def test_no_sentence_breaks_the_header_or_the_format_it_stands_in() -> None:
    for refusal in REFUSALS:
        assert '"' not in refusal.message
        assert re.sub(r"%[A-Z_]+(\([A-Za-z:]+\))?%", "", refusal.message).count("%") == 0
        assert [bool(refusal.details), bool(refusal.statuses), bool(refusal.route)].count(True) == 1, refusal


def test_no_refusal_hides_a_later_one() -> None:
    seen: list[str] = []
    for refusal in REFUSALS:
        for beginning in () if refusal.larger_than else refusal.details:
            assert not any(beginning.startswith(earlier) for earlier in seen), beginning
            seen.append(beginning)
