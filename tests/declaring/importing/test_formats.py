"""Other gateways' configurations as documents: what they become, and that nothing goes unseen."""

import json
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from api.house import House, answer, open_house
from passgate.cli.main import main
from passgate.declaring.catalogue import DOCUMENT
from passgate.declaring.importing.formats import FORMATS
from passgate.declaring.importing.part import Part, Translation
from passgate.kernel.errors import InvalidInputError
from passgate.storage.work import Storage
from wire.certificates import write_certificate

FOREIGN = Path(__file__).parent / "foreign"
SOURCES = {"kong": FOREIGN / "kong.yml", "litellm": FOREIGN / "litellm.yaml", "apipark": FOREIGN / "apipark"}
DOCUMENT_OF_ORDERS = Path(__file__).parents[3] / "examples" / "declared" / "orders.openapi.yaml"


def named(documents: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    return next(one for one in documents if one["kind"] == kind and one.get("name") == name)


@pytest.mark.parametrize("kind", SOURCES)
def test_what_has_no_counterpart_is_named_with_its_place(kind: str) -> None:
    found = FORMATS[kind](SOURCES[kind], None)
    wanted = (FOREIGN / f"{kind}.left-out.txt").read_text().splitlines()
    assert [f"{one.place}: {one.reason}" for one in found.leftovers] == wanted
    text = json.dumps(found.documents)
    assert "not-to-be-written" not in text
    assert "sk-in-clear" not in text


@pytest.mark.parametrize("kind", SOURCES)
def test_the_documents_are_applied_and_hold(kind: str, storage: Storage, tmp_path: Path) -> None:
    write_certificate(tmp_path, "news.internal")
    secrets = {"-----BEGIN CERTIFICATE-----": (tmp_path / "tls.crt").read_text()}
    secrets["${ENV:NEWS_CLIENT_KEY}"] = (tmp_path / "tls.key").read_text()

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [filled(one) for one in value]
        return secrets.get(value, "sk-1" if str(value).startswith("${ENV:") else value)

    documents = [filled(one) for one in FORMATS[kind](SOURCES[kind], None).documents]
    given = {"documents": [{"number": at, "content": one} for at, one in enumerate(documents, 1)]}
    with open_house(storage) as house:
        for action in ("created", "unchanged"):
            outcome = answer(house.admin.post("/api/v1/declarations/apply", json=given), 200)
            assert {change["action"] for change in outcome["changes"]} == {action}
        _require_closed(house, kind)


def _require_closed(house: House, kind: str) -> None:
    """Nothing that was guarded is open."""
    if kind == "kong":
        services = {one["name"]: one for one in answer(house.admin.get("/api/v1/services"), 200)["items"]}
        states = {name: (one["status"], one["access"]) for name, one in services.items()}
        assert states == {
            "orders": ("published", "subscription"),
            "news": ("published", "public"),
            "news search": ("published", "public"),
            "archive": ("draft", "public"),
            "guarded": ("draft", "public"),
        }


def test_kongs_parts_become_ours() -> None:
    documents = FORMATS["kong"](SOURCES["kong"], "Shop").documents
    assert {one["name"] for one in documents if one["kind"] == "Team"} == {"Shop"}
    orders = named(documents, "Service", "orders")
    (version,) = orders["versions"]
    (pool,) = version["pools"]
    assert pool["endpoints"] == [{"host": "127.0.0.1", "port": 9000, "weight": 100}]
    assert (pool["path_prefix"], pool["hash_key"]["name"], pool["health"]["path"]) == ("/api", "x-customer", "/health")
    kinds = [policy["kind"] for policy in orders["policies"]]
    assert kinds == ["timeout", "retry", "cors", "rate_limit", "request_headers", "query"]
    assert [one["application"] for one in documents if one["kind"] == "Subscription"] == ["shop"]
    news = named(documents, "Service", "news")
    assert (news["hosts"], news["strip_base_path"]) == (["news.example.com"], False)
    assert news["versions"][0]["routes"][1] == {"id": "all", "methods": ["GET", "HEAD"], "path": "/{path*}"}


def test_litellms_parts_become_ours() -> None:
    documents = FORMATS["litellm"](SOURCES["litellm"], None).documents
    fast = named(documents, "Model", "fast")
    assert fast["deployments"][0] == {
        "provider": "OpenAI",
        "vendor_model": "gpt-4o-mini",
        "weight": 3,
        "price": {"input": "0.15"},
        "key": "main",
    }
    assert fast["deployments"][1]["key"] == "openai_second_key"
    assert (fast["aliases"], fast["fallbacks"], fast["strategy"]) == (["gpt-4"], ["claude", "local"], "least-latency")
    assert named(documents, "AiPolicy", "Imported cache")["cache_seconds"] == 600


@pytest.mark.parametrize(
    ("entries", "strategy", "weights"),
    [
        (({"rpm": 100}, {"rpm": 300, "tpm": 9}), "simple-shuffle", [100, 300]),
        (({"tpm": 100_000}, {"tpm": 50_000}, {}), "simple-shuffle", [1000, 500, 1]),
        (({"rpm": 100}, {"rpm": 300, "weight": 2}), "simple-shuffle", [None, 2]),
        (({"rpm": 100}, {"rpm": 300}), "latency-based-routing", [None, None]),
    ],
)
def test_litellms_rates_weigh_its_deployments(
    entries: tuple[dict[str, int], ...], strategy: str, weights: list[int | None], tmp_path: Path
) -> None:
    """As its ``router_strategy/simple_shuffle.py`` has it."""
    listed = [
        {"model_name": "fast", "litellm_params": {"model": f"openai/gpt-{at}", "api_key": "os.environ/KEY", **rates}}
        for at, rates in enumerate(entries)
    ]
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps({"model_list": listed, "router_settings": {"routing_strategy": strategy}}))
    found = FORMATS["litellm"](path, None)
    deployments = named(found.documents, "Model", "fast")["deployments"]
    assert [one.get("weight") for one in deployments] == weights
    assert not any({"rpm", "tpm"} & set(one) for one in deployments)
    assert {one.reason for one in found.leftovers} == {
        "It weighs the deployment, and bounds nothing: set a Limit on the model."
    }


def test_apiparks_archive_is_read_as_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in SOURCES["apipark"].iterdir():
            archive.write(one, one.name)
    found = FORMATS["apipark"](path, None)
    assert found.documents == FORMATS["apipark"](SOURCES["apipark"], None).documents
    data = named(found.documents, "Service", "Data Cruncher")
    assert data["versions"][0]["routes"][0]["rewrite"] == "/api/clean/{id}"


def test_an_openapi_document_becomes_a_service(tmp_path: Path) -> None:
    eu = {"url": "https://{region}.example.com/v2", "variables": {"region": {"default": "eu"}}}
    for server, wanted in ((eu, "https://eu.example.com/v2"), ({"url": "/v2"}, None)):
        path = tmp_path / "orders.yaml"
        path.write_text(f"{DOCUMENT_OF_ORDERS.read_text()}servers: [{json.dumps(server)}]\n")
        found = FORMATS["openapi"](path, None)
        (version,) = named(found.documents, "Service", "Orders")["versions"]
        assert (version.get("upstream_url"), version.get("state")) == (wanted, None if wanted else "draft")
        assert [one.place for one in found.leftovers] == ([] if wanted else ["servers"])


def test_configurations_of_others_are_read() -> None:
    """Those that LiteLLM ships as examples."""
    found = find_spec("litellm")  # which is not imported: it would ask the network
    assert found is not None
    assert found.origin is not None
    paths = list((Path(found.origin).parent / "proxy" / "example_config_yaml").glob("*.yaml"))
    models = 0
    for path in paths:
        for document in FORMATS["litellm"](path, None).documents:
            models += document["kind"] == "Model"
            if "${ENV:" not in document.get("base_url", ""):
                DOCUMENT.validate_python(document)
    assert len(paths) > 10
    assert models > 20


def test_the_command_writes_a_folder_and_says_how_it_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    assert main(["import", "litellm", str(SOURCES["litellm"]), "-o", str(folder)]) == 3
    assert {"provider.yaml", "model.yaml", "left-out.txt"} <= {one.name for one in folder.iterdir()}
    assert "no counterpart: general_settings.master_key: " in capsys.readouterr().err
    assert main(["validate", "-f", str(folder)]) == 0
    assert main(["import", "litellm", str(SOURCES["litellm"]), "-o", str(folder)]) == 1
    assert main(["import", "openapi", str(DOCUMENT_OF_ORDERS), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in said["documents"]] == ["Team", "Service"]
    assert main(["import", "kong", str(SOURCES["kong"]), "--apply"]) == 1


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("kong", "services: []", "Kong's declarative configuration begins with _format_version"),
        ("kong", "a: [", "source, line"),
        ("litellm", "[]", "a mapping was expected"),
        ("apipark", "{}", "is neither a folder nor a ZIP"),
        ("openapi", "openapi: 3.0.0\ninfo: {title: A}\npaths: {}\n", "version"),
    ],
)
def test_what_is_no_such_configuration_is_refused(kind: str, text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "source"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=why):
        FORMATS[kind](path, None)


def test_nothing_of_a_part_goes_unseen() -> None:
    translation = Translation()
    part = Part({"a": 1, "b": 2, "c": None, "d": 5, "e": {"f": 1}}, "top", translation)
    assert part.take("a") == 1
    assert part.part("e").content == {"f": 1}
    part.close({"d": 5})
    assert [one.place for one in translation.leftovers] == ["top.b"]
