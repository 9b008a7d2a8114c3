import pytest

from passgate.contracts.gateway_snapshot import GatewaySubscription
from passgate.identity.models import Application
from passgate.kernel.actor import Actor
from passgate.kernel.errors import ForbiddenError, NotFoundError
from passgate.kernel.pagination import PageRequest
from passgate.publishing.errors import WrongStatusError
from passgate.publishing.published_state import active_subscriptions
from passgate.publishing.schemas import ServiceIn
from passgate.publishing.service.lifecycle import publish_service, retire_service
from passgate.publishing.service.services import create_service, delete_service, get_service
from passgate.publishing.subscriptions.errors import AlreadySubscribedError
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.deciding import unsubscribe
from passgate.publishing.subscriptions.service.finding import get_subscription, list_subscriptions
from passgate.publishing.subscriptions.service.subscribing import subscribe
from passgate.storage.work import Storage


@pytest.fixture
def service(storage: Storage, red: Actor) -> str:
    """A published service of the red team."""
    return made(storage, red, "/orders", publish=True)


def made(storage: Storage, actor: Actor, path: str, *, publish: bool) -> str:
    given = ServiceIn(
        team_id="team_red", name="Orders", base_path=path, upstream_url="http://localhost:9000", publish=publish
    )
    with storage.writing() as work:
        return create_service(actor, work, given).id


def subscribed(storage: Storage, actor: Actor, service: str, application: str) -> SubscriptionView:
    with storage.writing() as work:
        return subscribe(actor, work, service, application)


def live(storage: Storage) -> list[tuple[str, str]]:
    with storage.reading() as work:
        return [(pair.service_id, pair.application_id) for pair in active_subscriptions(work)]


def test_a_developer_subscribes_to_another_team_s_service(
    storage: Storage, red: Actor, blue_developer: Actor, service: str
) -> None:
    with storage.writing() as work:
        view = subscribe(blue_developer, work, service, "app_blue")
        assert work.snapshot_changed

    assert (view.service_name, view.base_path, view.application_name) == ("Orders", "/orders", "app_blue")
    assert (view.service_team_id, view.application_team_id, view.status) == ("team_red", "team_blue", "active")
    assert view.created_by == blue_developer.id
    with storage.reading() as work:
        assert active_subscriptions(work) == (GatewaySubscription(service_id=service, application_id="app_blue"),)
        assert get_service(red, work, service).subscription_count == 1


def test_one_active_subscription_at_a_time(storage: Storage, blue: Actor, service: str) -> None:
    first = subscribed(storage, blue, service, "app_blue")
    with storage.writing() as work, pytest.raises(AlreadySubscribedError):
        subscribe(blue, work, service, "app_blue")

    with storage.writing() as work:
        unsubscribe(blue, work, first.id)
    second = subscribed(storage, blue, service, "app_blue")

    assert second.id != first.id
    assert live(storage) == [(service, "app_blue")]


@pytest.mark.parametrize("side", ["red", "blue"])
def test_either_side_ends_it(storage: Storage, request: pytest.FixtureRequest, blue: Actor, side: str) -> None:
    actor = request.getfixturevalue(side)
    service = made(storage, request.getfixturevalue("red"), "/orders", publish=True)
    subscription = subscribed(storage, blue, service, "app_blue")

    with storage.writing() as work:
        ended = unsubscribe(actor, work, subscription.id, "It moved.")
        assert work.snapshot_changed

    assert (ended.status, ended.ended_at) == ("ended", storage.clock.now())
    assert live(storage) == []
    with storage.writing() as work:
        assert unsubscribe(actor, work, subscription.id) == ended


def test_who_may_not(
    storage: Storage, blue: Actor, blue_viewer: Actor, red_viewer: Actor, green: Actor, service: str
) -> None:
    subscription = subscribed(storage, blue, service, "app_blue")

    with storage.writing() as work:
        with pytest.raises(ForbiddenError):
            unsubscribe(blue_viewer, work, subscription.id)
        with pytest.raises(ForbiddenError):
            unsubscribe(red_viewer, work, subscription.id)
        with pytest.raises(NotFoundError):
            unsubscribe(green, work, subscription.id)
        with pytest.raises(NotFoundError):
            get_subscription(green, work, subscription.id)
        with pytest.raises(NotFoundError):
            subscribe(green, work, service, "app_blue")
        with pytest.raises(ForbiddenError):
            subscribe(blue_viewer, work, service, "app_blue")
    assert live(storage) == [(service, "app_blue")]


def test_drafts_are_for_the_own_team_s_applications(storage: Storage, red: Actor, blue: Actor) -> None:
    draft = made(storage, red, "/new", publish=False)

    with storage.writing() as work, pytest.raises(NotFoundError):
        subscribe(blue, work, draft, "app_blue")
    subscribed(storage, red, draft, "app_red")
    assert live(storage) == []
    with storage.writing() as work:
        publish_service(red, work, draft)
    assert live(storage) == [(draft, "app_red")]


def test_retirement_and_inactive_applications_suspend(storage: Storage, red: Actor, blue: Actor, service: str) -> None:
    subscribed(storage, blue, service, "app_blue")

    with storage.writing() as work:
        retire_service(red, work, service)
    assert live(storage) == []
    with storage.writing() as work, pytest.raises(WrongStatusError):
        subscribe(red, work, service, "app_red")
    with storage.writing() as work:
        publish_service(red, work, service)
    assert live(storage) == [(service, "app_blue")]
    with storage.writing() as work:
        application = work.session.get_one(Application, "app_blue")
        application.is_active = False
    assert live(storage) == []


def test_subscriptions_go_with_their_service_and_their_application(
    storage: Storage, red: Actor, blue: Actor, green: Actor, service: str
) -> None:
    subscribed(storage, blue, service, "app_blue")
    subscribed(storage, green, service, "app_green")

    with storage.writing() as work:
        work.session.delete(work.session.get_one(Application, "app_blue"))
    assert live(storage) == [(service, "app_green")]
    with storage.writing() as work:
        retire_service(red, work, service)
    with storage.writing() as work:
        delete_service(red, work, service)
    with storage.reading() as work:
        assert list_subscriptions(red, work, PageRequest()).items == []


def test_lists_show_both_sides_their_own(
    storage: Storage, admin: Actor, red: Actor, blue: Actor, green: Actor, service: str
) -> None:
    one = subscribed(storage, blue, service, "app_blue")
    two = subscribed(storage, red, service, "app_red")
    with storage.writing() as work:
        ended = unsubscribe(red, work, two.id)

    def ids(actor: Actor, wanted: SubscriptionFilter | None = None) -> set[str]:
        with storage.reading() as work:
            return {row.id for row in list_subscriptions(actor, work, PageRequest(), wanted).items}

    assert ids(admin) == ids(red) == {one.id, ended.id}
    assert ids(blue) == {one.id}
    assert ids(green) == set()
    assert ids(red, SubscriptionFilter(status="active")) == {one.id}
    assert ids(red, SubscriptionFilter(application_id="app_red")) == {ended.id}
    assert ids(red, SubscriptionFilter(service_id="svc_none")) == set()


def test_pages(storage: Storage, red: Actor, service: str) -> None:
    for path in ("/a", "/b"):
        subscribed(storage, red, made(storage, red, path, publish=True), "app_red")
    subscribed(storage, red, service, "app_red")

    with storage.reading() as work:
        first = list_subscriptions(red, work, PageRequest(limit=2))
        second = list_subscriptions(red, work, PageRequest(limit=2, after=first.next_cursor))
    assert (len(first.items), len(second.items), second.next_cursor) == (2, 1, None)
