import pytest
from pydantic import ValidationError
from sqlalchemy import text

from passgate.catalog.errors import NameTakenError, ProviderInUseError, UnknownVendorError
from passgate.catalog.schemas import ProviderChange, ProviderIn
from passgate.catalog.service.enabling import enable_models
from passgate.catalog.service.models import list_models
from passgate.catalog.service.providers import (
    create_provider,
    delete_provider,
    get_provider,
    list_providers,
    update_provider,
)
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.storage.work import Storage

KEY = "sk-very-secret-4711"


def openai(**fields: object) -> ProviderIn:
    return ProviderIn.model_validate({"name": "OpenAI", "vendor": "openai", "api_key": KEY, **fields})


def test_a_key_goes_in_and_never_comes_out(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        created = create_provider(admin, work, openai())

    with storage.reading() as work:
        seen = get_provider(admin, work, created.id)
        stored = work.session.execute(text("SELECT sealed_api_key FROM providers")).scalar_one()
        opened = work.vault.open(stored)
    assert seen.has_api_key
    assert seen.base_url == "https://api.openai.com/v1"
    assert KEY not in seen.model_dump_json()
    assert KEY not in stored
    assert KEY not in repr(openai())
    assert opened == KEY


def test_a_provider_wakes_the_gate(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        create_provider(admin, work, openai())

        assert work.snapshot_changed


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"vendor": "acme"}, UnknownVendorError, "vendor"),
        ({"api_key": None}, InvalidInputError, "api_key"),
        ({"vendor": "openai-compatible"}, InvalidInputError, "base_url"),
        ({"base_url": "http://example.com/v1"}, InvalidInputError, "base_url"),
        ({"team_id": "team_none"}, NotFoundError, "team_id"),
    ],
)
def test_what_the_vendor_s_row_forbids(
    storage: Storage, admin: Actor, fields: dict[str, object], error: type[InvalidInputError], field: str
) -> None:
    with storage.writing() as work:
        with pytest.raises(error) as refused:
            create_provider(admin, work, openai(**fields))
        assert refused.value.field == field

    with storage.reading() as work:
        assert list_providers(admin, work, PageRequest()).items == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"api_key": "two words"}, "api_key"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": "sk-\u00e9"}, "api_key"),
        ({"base_url": "ftp://x"}, "base_url"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_its_field(fields: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        openai(**fields)

    assert refused.value.errors()[0]["loc"] == (field,)


def test_a_pasted_key_loses_the_blanks_around_it() -> None:
    key = openai(api_key=f"  {KEY}\n").api_key

    assert key is not None
    assert key.get_secret_value() == KEY


def test_names_are_unique(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        create_provider(admin, work, openai())
    with storage.writing() as work:
        other = create_provider(admin, work, openai(name="Other"))

    with storage.writing() as work, pytest.raises(NameTakenError):
        create_provider(admin, work, openai())
    with storage.writing() as work, pytest.raises(NameTakenError):
        update_provider(admin, work, other.id, ProviderChange(name="OpenAI"))


def test_a_change_keeps_what_it_does_not_name(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        created = create_provider(admin, work, openai())
    with storage.writing() as work:
        changed = update_provider(admin, work, created.id, ProviderChange(is_enabled=False))

    assert changed == created.model_copy(update={"is_enabled": False})


def test_a_stored_key_is_not_sent_to_another_host(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        created = create_provider(admin, work, openai())

    with storage.writing() as work:
        with pytest.raises(InvalidInputError) as refused:
            update_provider(admin, work, created.id, ProviderChange(base_url="https://elsewhere.example/v1"))
        assert refused.value.field == "api_key"
    with storage.writing() as work:
        change = ProviderChange.model_validate({"base_url": "https://elsewhere.example/v1", "api_key": "new"})
        assert update_provider(admin, work, created.id, change).base_url == "https://elsewhere.example/v1"
    with storage.writing() as work:
        change = ProviderChange(base_url="https://elsewhere.example/v2")
        assert update_provider(admin, work, created.id, change).has_api_key


def test_a_key_that_is_needed_cannot_be_removed(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        needs_one = create_provider(admin, work, openai())
        needs_none = create_provider(admin, work, openai(name="Local", vendor="ollama"))

    with storage.writing() as work, pytest.raises(InvalidInputError):
        update_provider(admin, work, needs_one.id, ProviderChange(api_key=None))
    with storage.writing() as work:
        assert not update_provider(admin, work, needs_none.id, ProviderChange(api_key=None)).has_api_key


def test_a_team_s_provider_is_unknown_to_others(storage: Storage, owner: Actor, viewer: Actor, stranger: Actor) -> None:
    with storage.writing() as work:
        created = create_provider(owner, work, openai(team_id="team_red"))

    with storage.reading() as work:
        assert get_provider(viewer, work, created.id) == created
        assert list_providers(stranger, work, PageRequest()).items == []
        with pytest.raises(NotFoundError):
            get_provider(stranger, work, created.id)
    with storage.writing() as work:
        with pytest.raises(NotFoundError):
            update_provider(stranger, work, created.id, ProviderChange(name="Mine"))
        with pytest.raises(NotFoundError):
            delete_provider(stranger, work, created.id)
        with pytest.raises(ForbiddenError):
            update_provider(viewer, work, created.id, ProviderChange(name="Mine"))
        with pytest.raises(NotFoundError):
            create_provider(stranger, work, openai(team_id="team_red"))


def test_the_organisation_s_providers_are_read_by_all_and_written_by_admins(
    storage: Storage, admin: Actor, owner: Actor
) -> None:
    with storage.writing() as work:
        created = create_provider(admin, work, openai())

    with storage.reading() as work:
        assert get_provider(owner, work, created.id).id == created.id
        assert [row.id for row in list_providers(owner, work, PageRequest()).items] == [created.id]
    with storage.writing() as work:
        with pytest.raises(ForbiddenError):
            update_provider(owner, work, created.id, ProviderChange(name="Mine"))
        with pytest.raises(ForbiddenError):
            create_provider(owner, work, openai(name="Second"))


def test_pages_and_search(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        made = [create_provider(admin, work, openai(name=f"Provider {number}_")).id for number in range(5)]

    with storage.reading() as work:
        first = list_providers(admin, work, PageRequest(limit=3))
        second = list_providers(admin, work, PageRequest(limit=3, after=first.next_cursor))
        found = list_providers(admin, work, PageRequest(), search="provider 3_")
        none = list_providers(admin, work, PageRequest(), search="%")
    assert {row.id for row in [*first.items, *second.items]} == set(made)
    assert len(first.items) == 3
    assert second.next_cursor is None
    assert [row.name for row in found.items] == ["Provider 3_"]
    assert none.items == []


def test_a_provider_in_use_goes_only_with_its_models(storage: Storage, admin: Actor) -> None:
    with storage.writing() as work:
        first = create_provider(admin, work, openai())
        second = create_provider(admin, work, openai(name="Second"))
        enable_models(admin, work, first.id, ["gpt-4o", "gpt-4o-mini"])
        enable_models(admin, work, second.id, ["gpt-4o"])

    with storage.writing() as work, pytest.raises(ProviderInUseError, match="gpt-4o, gpt-4o-mini"):
        delete_provider(admin, work, first.id)
    with storage.writing() as work:
        delete_provider(admin, work, first.id, cascade=True)

    with storage.reading() as work:
        left = list_models(admin, work, PageRequest()).items
        assert [model.name for model in left] == ["gpt-4o"]
        assert [deployment.provider_id for deployment in left[0].deployments] == [second.id]
        with pytest.raises(NotFoundError):
            get_provider(admin, work, first.id)
