"""The goldens: a small snapshot each, and the resources that come of it.

Run this file to write the resources anew, then read the difference before you keep it.
"""

from pathlib import Path
from typing import Any

import yaml

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.published_service import MOST_CERTIFICATES
from passgate.gateway.compile.deny import DenySplit, compile_deny
from passgate.gateway.compile.resources import compile_resources
from passgate.gateway.envoy import names
from passgate.gateway.envoy.layout import NodeLayout

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))


def layout_at(folder: Path, ca_bundle: Path, *, tls: bool = False) -> NodeLayout:
    return NodeLayout(
        name="node-1",
        host="127.0.0.1",
        port=8080,
        control_socket=folder / "control",
        worker_sockets=(folder / "worker-1", folder / "worker-2"),
        ads_socket=folder / "ads",
        admin_socket=folder / "admin",
        access_log=folder / "calls.jsonl",
        ca_bundle=ca_bundle,
        tls_certificate=folder / "tls.crt" if tls else None,
        tls_key=folder / "tls.key" if tls else None,
    )


def _opened(sealed: str) -> str:
    return f"opened {sealed}"


def compiled(golden: dict[str, Any], layout: NodeLayout) -> dict[str, dict[str, Any]]:
    """What comes of a golden's snapshot and revoked jtis."""
    resources = compile_resources(GatewaySnapshot.model_validate(golden["snapshot"]), layout, _opened)
    deny = golden.get("deny", {})
    split = DenySplit(base=frozenset(deny.get("base", [])), delta=frozenset(deny.get("delta", [])))
    for url, named in compile_deny(split).items():
        resources[url] |= named
    return resources


def kept(golden: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What of it a golden holds: of the free places of certificates, which are all alike, two."""
    resources = compiled(golden, fixed_layout(golden))
    for place in range(3, MOST_CERTIFICATES + 1):
        resources.get(names.SECRET, {}).pop(names.host_certificate(place), None)
    return resources


def fixed_layout(golden: dict[str, Any]) -> NodeLayout:
    folder, bundle = Path("/run/passgate"), Path("/etc/ssl/certs/ca-certificates.crt")
    return layout_at(folder, bundle, tls=golden.get("tls", False))


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # PyYAML's signature
        return True


def write_anew() -> None:
    for file in FILES:
        golden = yaml.safe_load(file.read_text())
        golden["resources"] = kept(golden)
        file.write_text(yaml.dump(golden, Dumper=_Plain, sort_keys=False, width=120))


if __name__ == "__main__":
    write_anew()
