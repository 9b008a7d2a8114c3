"""The model lists of vendors that do not list as OpenAI does, and servers on the machine itself."""

import json

import pytest

from catalog.listing_vendor import ListingVendor, closed_port
from passgate.catalog.model_list import fetch_models
from passgate.catalog.schemas import ProviderIn
from passgate.catalog.service.local_servers import find_local_servers
from passgate.catalog.service.providers import create_provider
from passgate.catalog.vendors import Vendor, find_vendor
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.errors import ForbiddenError
from passgate.storage.work import Storage


def names(vendor_id: str, vendor: ListingVendor, key: str | None, storage: Storage) -> list[str]:
    with storage.reading() as work:
        found = fetch_models(find_vendor(vendor_id), f"http://127.0.0.1:{vendor.port}", key, work.clock.now())
    return [model.vendor_model for model in found]


def test_ollama_and_cohere_list_by_name(vendor: ListingVendor, storage: Storage) -> None:
    vendor.answers["/api/tags"] = (200, json.dumps({"models": [{"name": "qwen3:8b", "size": 5}]}).encode())
    told = {"models": [{"name": "command-a-03-2025", "endpoints": ["chat"], "context_length": 288000}]}
    vendor.answers["/v1/models"] = (200, json.dumps(told).encode())

    assert names("ollama", vendor, None, storage) == ["qwen3:8b"]
    assert names("cohere", vendor, "key", storage) == ["command-a-03-2025"]
    assert vendor.seen[-1][1]["authorization"] == "Bearer key"


def test_bedrock_lists_models_and_profiles_and_signs(vendor: ListingVendor, storage: Storage) -> None:
    models = [
        {"modelId": "amazon.nova-lite-v1:0", "modelName": "Nova Lite", "inferenceTypesSupported": ["ON_DEMAND"]},
        {"modelId": "anthropic.claude-x", "modelName": "X", "inferenceTypesSupported": ["INFERENCE_PROFILE"]},
    ]
    vendor.answers["/foundation-models"] = (200, json.dumps({"modelSummaries": models}).encode())
    profiles = [{"inferenceProfileId": "us.anthropic.claude-x", "inferenceProfileName": "US X"}]
    vendor.answers["/inference-profiles"] = (200, json.dumps({"inferenceProfileSummaries": profiles}).encode())

    assert names("bedrock", vendor, "AKIA:secret", storage) == ["amazon.nova-lite-v1:0", "us.anthropic.claude-x"]
    assert "Credential=AKIA/" in vendor.seen[0][1]["authorization"]
    assert names("bedrock", vendor, "ABSK", storage)
    assert vendor.seen[-1][1]["authorization"] == "Bearer ABSK"


def local(vendor_id: str, port: int, owned_by: str | None = None) -> Vendor:
    row = find_vendor(vendor_id)
    url = f"http://localhost:{port}" + ("" if vendor_id == "ollama" else "/v1")
    return row.model_copy(update={"base_url": url, "owned_by": owned_by})


def test_servers_on_the_machine_are_found_and_told_apart(vendor: ListingVendor, storage: Storage, owner: Actor) -> None:
    vendor.lists({"id": "qwen", "owned_by": "llamacpp"})
    with closed_port() as closed, storage.reading() as work:
        asked = [local("localai", vendor.port), local("llamacpp", vendor.port, "llamacpp"), local("ollama", closed)]
        (found,) = find_local_servers(owner, work, asked)
        assert (found.vendor, found.models) == ("llamacpp", ("qwen",))
        (other,) = find_local_servers(owner, work, [local("vllm", vendor.port, "vllm"), local("localai", vendor.port)])
        assert other.vendor == "localai"


def test_what_is_a_provider_already_is_not_offered(vendor: ListingVendor, storage: Storage, owner: Actor) -> None:
    vendor.lists("qwen")
    base_url = f"http://127.0.0.1:{vendor.port}/v1"
    with storage.writing() as work:
        create_provider(owner, work, ProviderIn(vendor="localai", name="L", team_id="team_red", base_url=base_url))
    with storage.reading() as work:
        assert find_local_servers(owner, work, [local("localai", vendor.port)]) == []


def test_who_may_not_see_providers_finds_none(storage: Storage) -> None:
    nobody = Actor(ActorKind.USER, "user_x", "X")
    with storage.reading() as work, pytest.raises(ForbiddenError):
        find_local_servers(nobody, work, [])
