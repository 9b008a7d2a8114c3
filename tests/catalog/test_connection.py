from collections.abc import Callable

import pytest

from catalog.listing_vendor import ListingVendor, closed_port, silent_port
from passgate.catalog import vendor_call
from passgate.catalog.errors import VendorCallError
from passgate.catalog.schemas import ConnectionIn, ConnectionTest, ProviderIn
from passgate.catalog.service import connection
from passgate.catalog.service.providers import create_provider, get_provider
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.storage.work import Storage

Try = Callable[..., ConnectionTest]


@pytest.fixture
def attempt(storage: Storage, admin: Actor) -> Try:
    def run(base_url: str, vendor: str = "openai-compatible", api_key: str | None = "sk-1") -> ConnectionTest:
        given = ConnectionIn.model_validate({"vendor": vendor, "base_url": base_url, "api_key": api_key})
        with storage.reading() as work:
            return connection.test_connection(admin, work, given)

    return run


def test_a_good_connection_counts_the_models(vendor: ListingVendor, attempt: Try) -> None:
    vendor.lists("gpt-4o", "gpt-4o-mini")

    outcome = attempt(vendor.base_url)

    assert outcome == ConnectionTest(ok=True, code="connected", message="Connected: 2 models.", models_found=2)
    path, headers = vendor.seen[0]
    assert path == "/v1/models"
    assert headers["authorization"] == "Bearer sk-1"


def test_a_local_vendor_needs_no_key(vendor: ListingVendor, attempt: Try) -> None:
    vendor.lists()

    outcome = attempt(vendor.base_url, vendor="vllm", api_key=None)

    assert outcome.ok
    assert "no models yet" in outcome.message
    assert "authorization" not in vendor.seen[0][1]


@pytest.mark.parametrize("suffix", ["", "/v1"])
def test_anthropic_is_asked_in_its_own_way(vendor: ListingVendor, attempt: Try, suffix: str) -> None:
    vendor.lists({"id": "claude-sonnet-4-5", "type": "model", "display_name": "Claude"})

    outcome = attempt(f"http://127.0.0.1:{vendor.port}{suffix}", vendor="anthropic-compatible")

    assert outcome.ok
    path, headers = vendor.seen[0]
    assert path == "/v1/models?limit=1000"
    assert headers["x-api-key"] == "sk-1"
    assert headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in headers


def test_a_list_that_is_open_to_all_does_not_vouch_for_the_key(vendor: ListingVendor, attempt: Try) -> None:
    vendor.lists("org/model")

    outcome = attempt(vendor.base_url, vendor="huggingface")

    assert outcome.ok
    assert "first call" in outcome.message


def test_where_the_list_is_open_the_vendor_s_own_check_is_asked(vendor: ListingVendor, attempt: Try) -> None:
    vendor.lists("org/model")
    vendor.answers["/v1/key"] = (401, b"{}")
    assert attempt(vendor.base_url, vendor="openrouter").code == "vendor_key_refused"

    vendor.answers["/v1/key"] = (200, b"{}")
    assert attempt(vendor.base_url, vendor="openrouter").message == "Connected: 1 models."


@pytest.mark.parametrize(
    ("status", "body", "code", "hint"),
    [
        (401, b"{}", "vendor_key_refused", "API key"),
        (403, b"{}", "vendor_key_refused", "API key"),
        (404, b"{}", "vendor_base_url_wrong", "/v1"),
        (301, b"", "vendor_base_url_wrong", "/v1"),
        (429, b"{}", "vendor_busy", "minute"),
        (500, b"{}", "vendor_failing", "later"),
        (418, b"{}", "vendor_refuses", "418"),
        (200, b"<html>Welcome</html>", "vendor_not_json", "web page"),
        (200, b"", "vendor_not_json", "JSON"),
        (200, b'{"hello": "world"}', "vendor_base_url_wrong", "/v1"),
        (200, b'"text"', "vendor_base_url_wrong", "/v1"),
    ],
)
def test_a_vendor_s_answer_becomes_a_sentence_to_act_on(
    vendor: ListingVendor, attempt: Try, status: int, body: bytes, code: str, hint: str
) -> None:
    vendor.answers["/v1/models"] = (status, body)

    outcome = attempt(vendor.base_url)

    assert not outcome.ok
    assert outcome.code == code
    assert hint in outcome.message
    assert "sk-1" not in outcome.message


def test_redirects_do_not_take_the_key_elsewhere(vendor: ListingVendor, attempt: Try) -> None:
    vendor.answers["/v1/models"] = (302, b"")

    attempt(vendor.base_url)

    assert len(vendor.seen) == 1


def test_nobody_listens(attempt: Try) -> None:
    with closed_port() as port:
        outcome = attempt(f"http://127.0.0.1:{port}/v1")

    assert outcome.code == "vendor_unreachable"
    assert f"127.0.0.1:{port}" in outcome.message


def test_an_unknown_host(attempt: Try) -> None:
    outcome = attempt("http://no-such-host.invalid/v1")

    assert outcome.code == "vendor_unknown_host"


def test_https_where_http_is_spoken(vendor: ListingVendor, attempt: Try) -> None:
    outcome = attempt(f"https://127.0.0.1:{vendor.port}/v1")

    assert outcome.code == "vendor_tls"
    assert "https" in outcome.message


def test_a_vendor_that_says_nothing_is_given_up() -> None:
    with silent_port() as port, pytest.raises(VendorCallError) as refused:
        vendor_call.get_json(f"http://127.0.0.1:{port}/v1/models", {}, timeout_seconds=0.2)

    assert refused.value.code == "vendor_timeout"


def test_an_endless_answer_is_cut(vendor: ListingVendor, attempt: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_call, "MAX_BYTES", 1000)
    vendor.answers["/v1/models"] = (200, b" " * 100_000)

    assert attempt(vendor.base_url).code == "vendor_not_json"


def test_odd_entries_are_passed_over(vendor: ListingVendor, attempt: Try) -> None:
    vendor.answers["/v1/models"] = (200, b'[{"id": "good"}, {"id": 7}, {}, "x", {"id": "a b"}, {"id": ""}]')

    assert attempt(vendor.base_url).models_found == 1


def test_a_saved_provider_keeps_the_outcome(storage: Storage, admin: Actor, vendor: ListingVendor) -> None:
    vendor.answers["/v1/models"] = (401, b"{}")
    with storage.writing() as work:
        given = ProviderIn.model_validate(
            {"name": "P", "vendor": "openai-compatible", "base_url": vendor.base_url, "api_key": "sk-2"}
        )
        created = create_provider(admin, work, given)

    with storage.reading() as work:
        outcome = connection.test_provider(admin, work, created.id)
    with storage.writing() as work:
        connection.record_test(admin, work, created.id, outcome)

    assert vendor.seen[0][1]["authorization"] == "Bearer sk-2"
    with storage.reading() as work:
        seen = get_provider(admin, work, created.id)
    assert seen.last_test_ok is False
    assert seen.last_test_message == outcome.message
    assert seen.last_test_at == storage.clock.now()


def test_only_who_may_write_providers_may_test(
    storage: Storage, admin: Actor, viewer: Actor, owner: Actor, stranger: Actor, vendor: ListingVendor
) -> None:
    given = ProviderIn.model_validate(
        {"name": "P", "vendor": "ollama", "base_url": vendor.base_url, "team_id": "team_red"}
    )
    with storage.writing() as work:
        created = create_provider(owner, work, given)
        shared = create_provider(admin, work, given.model_copy(update={"team_id": None, "name": "Q"}))

    with storage.reading() as work:
        with pytest.raises(ForbiddenError):
            connection.test_connection(viewer, work, given)
        with pytest.raises(NotFoundError):
            connection.test_connection(stranger, work, given)
        with pytest.raises(ForbiddenError):
            connection.test_provider(viewer, work, created.id)
        with pytest.raises(NotFoundError):
            connection.test_provider(stranger, work, created.id)
        with pytest.raises(ForbiddenError):
            connection.test_provider(owner, work, shared.id)
    assert vendor.seen == []
