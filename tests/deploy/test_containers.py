"""The image, the compose files and the chart say what Passgate is, and agree with each other."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from passgate.gateway.envoy import names
from passgate.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "chart"
TEMPLATES = "\n".join(path.read_text() for path in sorted((CHART / "templates").iterdir()))
IMAGE = (DEPLOY / "Dockerfile").read_text()


def test_every_variable_is_a_setting() -> None:
    named = {
        name
        for path in DEPLOY.rglob("*")
        if path.is_file()
        for name in re.findall(r"PASSGATE_([A-Z]+(?:_[A-Z]+)*)\b", path.read_text())
    }
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_chart_is_of_this_release() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    released = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert (chart["version"], chart["appVersion"]) == (released, released)


def test_the_schema_of_the_values_knows_each_of_them_and_takes_the_defaults() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert set(schema["properties"]) == {*values, "global"}  # Helm adds the last
    jsonschema.validate(values, schema)


def test_every_value_is_used_and_no_other() -> None:
    leaves = _paths(yaml.safe_load((CHART / "values.yaml").read_text()))
    used = {path.removeprefix(".Values.") for path in re.findall(r"\.Values\.[A-Za-z.]*[A-Za-z]", TEMPLATES)}
    assert {path for path in used if not any(f"{leaf}.".startswith(f"{path}.") for leaf in leaves)} == set()
    assert {leaf for leaf in leaves if not any(f"{leaf}.".startswith(f"{path}.") for path in used)} == set()


def test_the_image_and_the_chart_mean_the_same_user_folder_and_port() -> None:
    (user,) = set(re.findall(r"USER (\d+):\1", IMAGE))
    assert set(re.findall(r"(?:runAsUser|runAsGroup|fsGroup): (\d+)", TEMPLATES)) == {user}
    (folder,) = re.findall(r"PASSGATE_DATA_DIR=(\S+)", IMAGE)
    assert f"mountPath: {folder}\n" in TEMPLATES
    (port,) = re.findall(r"EXPOSE (\d+)", IMAGE)
    assert f"containerPort: {port}\n" in TEMPLATES
    assert Settings.model_fields["port"].default == int(port)


def test_the_chart_sends_to_the_first_node_what_control_answers() -> None:
    (listed,) = re.findall(r"range list (.*?) }}", TEMPLATES)
    assert set(re.findall(r'"([^"]+)"', listed)) == _prefixes_of_control()


def test_the_documentation_says_the_same_of_a_balancer() -> None:
    page = (ROOT / "docs" / "deploying.md").read_text()
    (row,) = re.findall(r"^\| (`/console`.*?) \| the first node \|", page, re.MULTILINE)
    assert set(re.findall(r"`([^`]+)`", row)) == _prefixes_of_control()


@pytest.mark.parametrize("name", ["compose.yaml", "compose.nodes.yaml"])
def test_a_compose_file_builds_the_image_and_keeps_what_its_containers_write(name: str) -> None:
    document = yaml.safe_load((DEPLOY / name).read_text())
    nodes = [one for one in document["services"].values() if one["image"] == "passgate"]
    assert nodes
    for node in nodes:
        assert (DEPLOY / node["build"]["context"] / node["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")
        (volume,) = node["volumes"]
        assert volume.partition(":")[0] in document["volumes"]
    assert len({volume for node in nodes for volume in node["volumes"]}) == len(nodes)


def _prefixes_of_control() -> set[str]:
    """By the gate's own routes, what goes to control; the page at ``/`` is a redirection to the console."""
    golden = yaml.safe_load((ROOT / "tests" / "goldens" / "empty.yaml").read_text())
    return {
        match["path_separated_prefix"]
        for route in _routes(golden["resources"][names.ROUTES])
        if route.get("name") == names.CONTROL_ROUTE and "path_separated_prefix" in (match := route["match"])
    }


def _routes(block: Any) -> list[dict[str, Any]]:
    if isinstance(block, dict):
        here = [block] if "match" in block else []
        return here + [one for value in block.values() for one in _routes(value)]
    return [one for value in block for one in _routes(value)] if isinstance(block, list) else []


def _paths(values: dict[str, Any], before: str = "") -> list[str]:
    found = []
    for key, value in values.items():
        found += _paths(value, f"{before}{key}.") if isinstance(value, dict) and value else [before + key]
    return found
