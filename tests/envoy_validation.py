"""``envoy --mode validate``: whether Envoy itself would take a configuration, before it is live."""

import asyncio
import copy
import json
import tempfile
from pathlib import Path

from passgate.gateway.envoy import names
from passgate.gateway.envoy.binary import EnvoyBinary
from passgate.gateway.envoy.names import JsonObject


def inlined(start: JsonObject, resources: dict[str, dict[str, JsonObject]]) -> JsonObject:
    """The bootstrap with all resources written into it, so that nothing is left to discover."""
    whole = copy.deepcopy(start)
    static = whole["static_resources"]
    static["clusters"] += list(resources[names.CLUSTER].values())
    static["secrets"] = list(resources.get(names.SECRET, {}).values())
    del whole["dynamic_resources"]
    for chain in static["listeners"][0]["filter_chains"]:
        manager = chain["filters"][0]["typed_config"]
        del manager["rds"]
        manager["route_config"] = resources[names.ROUTES][names.ROUTE_TABLE]
        for filter_ in manager["http_filters"]:
            if filter_.pop("config_discovery", None) is not None:
                filter_["typed_config"] = resources[names.EXTENSION][filter_["name"]]["typed_config"]
    _look_for_secrets_here(static)
    return whole


def _look_for_secrets_here(part: object) -> None:
    """Without a word on where a secret comes from, Envoy takes it from the same file."""
    if isinstance(part, dict):
        part.pop("sds_config", None)
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            _look_for_secrets_here(one)


async def validate(binary: EnvoyBinary, config: JsonObject) -> str | None:
    """Envoy's words on what is wrong with a bootstrap; None where nothing is."""
    with tempfile.TemporaryDirectory(prefix="passgate-validate-") as folder:
        file = Path(folder) / "envoy.json"
        file.write_text(json.dumps(config))
        process = await asyncio.create_subprocess_exec(
            str(binary.path),
            *("--mode", "validate", "--config-path", str(file), "--log-level", "error"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    return None if process.returncode == 0 else output.decode(errors="replace").strip()
