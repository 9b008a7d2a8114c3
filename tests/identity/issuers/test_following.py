"""Keys of other issuers are kept up with, and kept."""

from collections.abc import Iterator
from typing import Any

import pytest

from factories import make_application, make_team
from issuer_site import IssuerSite, ec_key, issuer_site
from moving_clock import MovingClock
from passgate.identity.issuers.following import Seen, look_closely_at
from passgate.identity.issuers.published_state import published_issuers
from passgate.identity.issuers.refresh import KeyRefresh
from passgate.identity.issuers.schemas import BlockIn, TrustedIssuerChange, TrustedIssuerIn
from passgate.identity.issuers.trusted import (
    asked_issuer,
    block_subject,
    create_trusted_issuer,
    update_trusted_issuer,
)
from passgate.identity.models import Application
from passgate.kernel.actor import SYSTEM
from passgate.kernel.errors import ConflictError, InvalidInputError
from passgate.storage.work import Storage


@pytest.fixture
def site() -> Iterator[IssuerSite]:
    with issuer_site() as site:
        yield site


def trust(storage: Storage, site: IssuerSite, **changes: Any) -> str:
    with storage.writing() as work:
        app = make_application(work, make_team(work, work.ids.new("team"))).id
    fields = {"name": "Company", "issuer": site.url, "audiences": ["gate"], "application_id": app, **changes}
    given = TrustedIssuerIn.model_validate(fields)
    seen = look_closely_at(asked_issuer(SYSTEM, given))
    with storage.writing() as work:
        return create_trusted_issuer(SYSTEM, work, given, seen, "https://gate.example").id


def kids(storage: Storage) -> list[str]:
    with storage.reading() as work:
        return [key["kid"] for one in published_issuers(work) for key in one.keys]


def test_a_new_key_is_in_force_within_minutes_and_the_old_ones_outlive_a_failure(
    storage: Storage, site: IssuerSite, clock: MovingClock
) -> None:
    trust(storage, site)
    refresh = KeyRefresh(storage, lambda _since: False)
    assert refresh.run_once() == 0
    site.keys.append(ec_key("two"))
    clock.advance(minutes=5)
    assert refresh.run_once() == 1
    assert kids(storage) == ["one", "two"]
    site.answers["/jwks"] = (500, {})
    clock.advance(minutes=5)
    assert refresh.run_once() == 1
    assert kids(storage) == ["one", "two"]
    site.answers["/jwks"] = (200, {"keys": []})
    clock.advance(seconds=30)
    assert refresh.run_once() == 1
    assert kids(storage) == ["one", "two"]
    del site.answers["/jwks"]
    del site.keys[0]
    clock.advance(seconds=30)
    refresh.run_once()
    assert kids(storage) == ["two"]


def test_an_unknown_key_makes_it_look_at_once_but_not_all_the_time(
    storage: Storage, site: IssuerSite, clock: MovingClock
) -> None:
    trust(storage, site)
    refresh = KeyRefresh(storage, lambda _since: True)
    clock.advance(seconds=9)
    assert refresh.run_once() == 0
    clock.advance(seconds=1)
    assert refresh.run_once() == 1
    clock.advance(seconds=5)
    assert refresh.run_once() == 0


def test_what_is_published_follows_the_applications_and_the_blocked(storage: Storage, site: IssuerSite) -> None:
    with storage.writing() as work:
        shop = make_application(work, make_team(work, "Shop"))
    issuer_id = trust(storage, site, application_id=None, application_claim="azp", applications={"shop": shop.id})
    with storage.writing() as work:
        block_subject(SYSTEM, work, issuer_id, BlockIn(subject="auth0|eve"))
        assert work.session.info.get("passgate_snapshot_changed")
    with storage.reading() as work:
        found = published_issuers(work)[0]
        assert (found.applications, found.blocked_subjects) == ({"shop": shop.id}, ("auth0|eve",))
    with storage.writing() as work:
        work.session.get_one(Application, shop.id).is_active = False
    assert kids(storage) == []


def test_switching_off_takes_it_from_the_gate(storage: Storage, site: IssuerSite) -> None:
    issuer_id = trust(storage, site)
    with storage.writing() as work:
        update_trusted_issuer(SYSTEM, work, issuer_id, TrustedIssuerChange(is_enabled=False))
    assert kids(storage) == []


def test_what_cannot_be_trusted(storage: Storage, site: IssuerSite) -> None:
    trust(storage, site)
    with pytest.raises(ConflictError):
        trust(storage, site, name="Another name")
    for changes in (
        {"application_id": "app_nobody"},
        {"application_id": None, "application_claim": "azp", "applications": {"x": "app_nobody"}},
    ):
        with pytest.raises(InvalidInputError, match="No such application"):
            trust(storage, site, name="Third", **changes)
    given = TrustedIssuerIn.model_validate(
        {"name": "Own", "issuer": "https://gate.example/", "audiences": ["x"], "application_id": "app"}
    )
    with storage.writing() as work, pytest.raises(InvalidInputError, match="own issuer"):
        create_trusted_issuer(SYSTEM, work, given, Seen(), "https://gate.example")


@pytest.mark.parametrize(
    "fields",
    [
        {"application_id": "a", "application_claim": "azp", "applications": {"x": "a"}},
        {},
        {"application_claim": "azp"},
        {"application_claim": "a:b", "applications": {"x": "a"}},
        {"application_id": "a", "audiences": []},
        {"application_id": "a", "algorithms": ["HS256"]},
        {"application_id": "a", "issuer": "http://id.example.com"},
        {"application_id": "a", "issuer": "https://id.example.com/|"},
        {"application_id": "a", "required_claims": {"x": []}},
    ],
)
def test_rules_that_are_no_rules(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        TrustedIssuerIn.model_validate({"name": "x", "issuer": "https://x.example", "audiences": ["a"], **fields})
