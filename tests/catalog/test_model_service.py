import json
from decimal import Decimal

import pytest
from pydantic import ValidationError

from catalog.listing_vendor import ListingVendor
from passgate.catalog.errors import LastDeploymentError, ModelKindError, NameTakenError
from passgate.catalog.published_state import inference_models, inference_providers
from passgate.catalog.schemas import DeploymentChange, ModelChange, ModelChoice, PriceIn, ProviderChange, ProviderIn
from passgate.catalog.service.available import available_models
from passgate.catalog.service.enabling import enable_models
from passgate.catalog.service.models import (
    delete_deployment,
    delete_model,
    disable_model,
    get_model,
    list_models,
    update_deployment,
    update_model,
)
from passgate.catalog.service.providers import create_provider, update_provider
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.storage.work import Storage


@pytest.fixture
def provider(storage: Storage, admin: Actor, vendor: ListingVendor) -> str:
    """An OpenAI provider of the whole organisation, its vendor on a local port."""
    return add_provider(storage, admin, "OpenAI", base_url=vendor.base_url)


def add_provider(storage: Storage, actor: Actor, name: str, **fields: object) -> str:
    given = ProviderIn.model_validate({"name": name, "vendor": "openai", "api_key": "sk-1", **fields})
    with storage.writing() as work:
        return create_provider(actor, work, given).id


def test_the_vendor_s_list_comes_with_kinds_and_prices(
    storage: Storage, admin: Actor, vendor: ListingVendor, provider: str
) -> None:
    vendor.lists("sora-2", "text-embedding-3-small", "gpt-4o", "unheard-of-1", "gpt-4o")
    with storage.writing() as work:
        enable_models(admin, work, provider, ["gpt-4o"])

    with storage.reading() as work:
        offered = available_models(admin, work, provider)

    assert [(model.vendor_model, model.kind) for model in offered] == [
        ("gpt-4o", "chat"),
        ("unheard-of-1", "chat"),
        ("text-embedding-3-small", "embeddings"),
        ("sora-2", "video"),
    ]
    known, unknown, embedding, video = offered
    assert known.enabled
    assert known.model_id is not None
    assert known.price is not None
    assert known.price.input == Decimal("2.5")
    assert known.context_window == 128_000
    assert known.source == "vendor"
    assert unknown.price is None
    assert unknown.can_enable
    assert not unknown.enabled
    assert embedding.can_enable
    assert not video.can_enable
    assert "video" in (video.reason or "")


def test_what_a_vendor_says_of_a_model_counts_before_the_catalogue(
    storage: Storage, admin: Actor, vendor: ListingVendor, provider: str
) -> None:
    vendor.lists({"id": "gpt-4o", "context_window": 64_000, "max_completion_tokens": 4_096, "name": "GPT 4o"})

    with storage.reading() as work:
        (model,) = available_models(admin, work, provider)

    assert (model.name, model.context_window, model.max_output_tokens) == ("GPT 4o", 64_000, 4_096)


def test_gemini_s_names_lose_their_prefix(storage: Storage, admin: Actor, vendor: ListingVendor) -> None:
    host = vendor.base_url.removesuffix("/v1")
    entry = {"name": "models/gemini-2.5-pro", "displayName": "Pro", "inputTokenLimit": 9, "outputTokenLimit": 8}
    vendor.answers["/v1beta/models"] = (200, json.dumps({"models": [entry]}).encode())

    for number, ending in enumerate(("", "/v1beta", "/v1beta/openai")):
        gemini = add_provider(storage, admin, f"Gemini {number}", vendor="gemini", base_url=host + ending)
        with storage.reading() as work:
            (model,) = available_models(admin, work, gemini)
        assert (model.vendor_model, model.name, model.context_window) == ("gemini-2.5-pro", "Pro", 9)
        assert model.max_output_tokens == 8
        assert vendor.seen[-1][1]["x-goog-api-key"]


def test_without_the_vendor_the_price_catalogue_is_offered(
    storage: Storage, admin: Actor, vendor: ListingVendor, provider: str
) -> None:
    vendor.answers["/v1/models"] = (500, b"{}")

    with storage.reading() as work:
        offered = available_models(admin, work, provider)

    assert {model.source for model in offered} == {"catalogue"}
    assert "gpt-4o" in {model.vendor_model for model in offered}


def test_enabling_makes_a_public_model(storage: Storage, admin: Actor, provider: str) -> None:
    choice = ModelChoice(vendor_model="gpt-4o", name="fast", context_window=1000, max_output_tokens=500)
    with storage.writing() as work:
        made, embedding = enable_models(admin, work, provider, [choice, "text-embedding-3-small"])

    assert (made.name, made.kind, made.owned_by, made.is_enabled) == ("fast", "chat", "openai", True)
    assert (made.context_window, made.max_output_tokens, made.team_id) == (1000, 500, None)
    assert embedding.kind == "embeddings"
    assert embedding.context_window == 8192
    (deployment,) = made.deployments
    assert (deployment.provider_name, deployment.vendor_model) == ("OpenAI", "gpt-4o")
    assert (deployment.priority, deployment.weight, deployment.price_source) == (0, 1, "catalogue")
    with storage.reading() as work:
        assert get_model(admin, work, made.id) == made
        assert {row.name for row in list_models(admin, work, PageRequest()).items} == {"fast", "text-embedding-3-small"}
        assert [row.name for row in list_models(admin, work, PageRequest(), search="FAS").items] == ["fast"]


def test_a_second_provider_becomes_the_fallback(storage: Storage, admin: Actor, provider: str) -> None:
    second = add_provider(storage, admin, "Azure-like", vendor="openai-compatible", base_url="https://x.example/v1")
    with storage.writing() as work:
        enable_models(admin, work, provider, ["gpt-4o"])
    with storage.writing() as work:
        (model,) = enable_models(admin, work, second, [ModelChoice(vendor_model="my-gpt", name="gpt-4o")])
    with storage.writing() as work:
        again = enable_models(admin, work, second, [ModelChoice(vendor_model="my-gpt", name="gpt-4o")])

    assert [(row.provider_id, row.priority) for row in model.deployments] == [(provider, 0), (second, 1)]
    assert again == [model]
    assert model.deployments[1].price is None
    assert model.deployments[1].price_source is None


def test_enabling_again_switches_on_again(storage: Storage, admin: Actor, provider: str) -> None:
    with storage.writing() as work:
        (model,) = enable_models(admin, work, provider, ["gpt-4o"])
    with storage.writing() as work:
        assert not disable_model(admin, work, model.id).is_enabled
    with storage.reading() as work:
        assert inference_models(work) == ()
    with storage.writing() as work:
        assert enable_models(admin, work, provider, ["gpt-4o"]) == [model]


@pytest.mark.parametrize(
    ("choice", "error", "field"),
    [
        (ModelChoice(vendor_model="sora-2"), ModelKindError, "models.0.vendor_model"),
        (ModelChoice(vendor_model="what?"), InvalidInputError, "models.0.name"),
        (ModelChoice(vendor_model="text-embedding-3-small", name="gpt-4o"), ModelKindError, "models.0.kind"),
    ],
)
def test_what_cannot_be_enabled(
    storage: Storage, admin: Actor, provider: str, choice: ModelChoice, error: type[InvalidInputError], field: str
) -> None:
    with storage.writing() as work:
        enable_models(admin, work, provider, ["gpt-4o"])

    with storage.writing() as work:
        with pytest.raises(error) as refused:
            enable_models(admin, work, provider, [choice])
        assert refused.value.field == field


def test_a_name_twice_in_one_go_is_refused(storage: Storage, admin: Actor, provider: str) -> None:
    with storage.writing() as work, pytest.raises(InvalidInputError) as refused:
        enable_models(admin, work, provider, ["gpt-4o", ModelChoice(vendor_model="gpt-4o-mini", name="gpt-4o")])

    assert refused.value.field == "models.1.name"


def test_a_stated_kind_overrides_the_name(storage: Storage, admin: Actor, provider: str) -> None:
    with storage.writing() as work:
        (model,) = enable_models(admin, work, provider, [ModelChoice(vendor_model="whisper-chat", kind="chat")])

    assert model.kind == "chat"


@pytest.mark.parametrize("name", ["", "a b", "x" * 201, "né", "a\n"])
def test_public_names_keep_their_letters(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ModelChange(name=name)

    assert refused.value.errors()[0]["loc"] == ("name",)


def test_a_team_s_models_are_its_own(
    storage: Storage, admin: Actor, owner: Actor, viewer: Actor, stranger: Actor, provider: str
) -> None:
    red = add_provider(storage, owner, "Red", team_id="team_red")
    with storage.writing() as work:
        (model,) = enable_models(owner, work, red, ["gpt-4o"])
    assert model.team_id == "team_red"

    with storage.reading() as work:
        assert get_model(viewer, work, model.id) == model
        assert list_models(stranger, work, PageRequest()).items == []
        with pytest.raises(NotFoundError):
            get_model(stranger, work, model.id)
        with pytest.raises(NotFoundError):
            available_models(stranger, work, red)
    with storage.writing() as work:
        with pytest.raises(ForbiddenError):
            update_model(viewer, work, model.id, ModelChange(name="x"))
        with pytest.raises(NotFoundError):
            delete_model(stranger, work, model.id)
        with pytest.raises(NotFoundError):
            enable_models(stranger, work, red, ["gpt-4o"])
        with pytest.raises(ForbiddenError):
            enable_models(owner, work, provider, ["gpt-4o-mini"])
        with pytest.raises(NameTakenError):
            enable_models(admin, work, provider, ["gpt-4o"])


def test_renaming(storage: Storage, admin: Actor, provider: str) -> None:
    with storage.writing() as work:
        first, second = enable_models(admin, work, provider, ["gpt-4o", "gpt-4o-mini"])

    with storage.writing() as work:
        change = ModelChange.model_validate({"name": "best", "context_window": None})
        changed = update_model(admin, work, first.id, change)
    assert (changed.name, changed.context_window, changed.is_enabled) == ("best", None, True)
    with storage.writing() as work, pytest.raises(NameTakenError):
        update_model(admin, work, second.id, ModelChange(name="best"))


def test_an_own_price_takes_the_catalogue_s_place_and_goes_again(storage: Storage, admin: Actor, provider: str) -> None:
    with storage.writing() as work:
        (model,) = enable_models(admin, work, provider, ["gpt-4o"])
    deployment = model.deployments[0].id

    with storage.writing() as work:
        price = PriceIn.model_validate({"input": "0.0375", "output": "1"})
        change = DeploymentChange(price=price, weight=3, priority=2)
        changed = update_deployment(admin, work, model.id, deployment, change).deployments[0]
    assert (changed.weight, changed.priority, changed.price_source) == (3, 2, "own")
    assert changed.price is not None
    assert changed.price.input == Decimal("0.0375")
    assert changed.price.cached_input is None
    assert changed.price.version == "own 2026-03-14"
    with storage.reading() as work:
        assert inference_models(work)[0].deployments[0].price == changed.price
    with storage.writing() as work:
        back = update_deployment(admin, work, model.id, deployment, DeploymentChange(price=None)).deployments[0]
    assert back.price == model.deployments[0].price
    assert (back.weight, back.price_source) == (3, "catalogue")


@pytest.mark.parametrize(
    "price", [{"input": 0.1}, {"input": "-1"}, {"input": "1000001"}, {"input": "free"}, {}, {"input": "NaN"}]
)
def test_a_price_is_exact_and_bounded(price: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PriceIn.model_validate(price)


def test_the_last_deployment_stays(storage: Storage, admin: Actor, provider: str) -> None:
    second = add_provider(storage, admin, "Second")
    with storage.writing() as work:
        enable_models(admin, work, provider, ["gpt-4o", "gpt-4o-mini"])
        (model,) = enable_models(admin, work, second, ["gpt-4o"])
    first, fallback = model.deployments

    with storage.writing() as work:
        assert delete_deployment(admin, work, model.id, first.id).deployments == [fallback]
    with storage.writing() as work, pytest.raises(LastDeploymentError):
        delete_deployment(admin, work, model.id, fallback.id)
    with storage.writing() as work, pytest.raises(NotFoundError):
        delete_deployment(admin, work, model.id, "dep_none")
    with storage.writing() as work:
        delete_model(admin, work, model.id)
    with storage.reading() as work:
        assert [row.name for row in list_models(admin, work, PageRequest()).items] == ["gpt-4o-mini"]


def test_the_published_state_holds_what_is_switched_on(
    storage: Storage, admin: Actor, provider: str, vendor: ListingVendor
) -> None:
    second = add_provider(storage, admin, "Mistral", vendor="mistral")
    with storage.writing() as work:
        enable_models(admin, work, provider, ["gpt-4o"])
        enable_models(admin, work, second, ["mistral-large-latest", ModelChoice(vendor_model="x", name="gpt-4o")])

    with storage.reading() as work:
        providers, models = inference_providers(work), inference_models(work)
        assert work.vault.open(providers[0].sealed_api_key or "") == "sk-1"
    assert [(row.name, row.vendor, row.dialect) for row in providers] == [
        ("OpenAI", "openai", "openai"),
        ("Mistral", "mistral", "openai"),
    ]
    assert providers[0].base_url == vendor.base_url
    assert providers[1].profile["tool_call_id_length"] == 9
    assert [row.name for row in models] == ["gpt-4o", "mistral-large-latest"]
    assert [row.provider_id for row in models[0].deployments] == [provider, second]
    assert models[0].deployments[0].price is not None
    assert models[0].created == int(storage.clock.now().timestamp())

    with storage.writing() as work:
        update_provider(admin, work, second, ProviderChange(is_enabled=False))
    with storage.reading() as work:
        assert [row.name for row in inference_providers(work)] == ["OpenAI"]
        assert [(row.name, len(row.deployments)) for row in inference_models(work)] == [("gpt-4o", 1)]
