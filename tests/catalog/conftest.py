from collections.abc import Iterator

import pytest

from catalog.listing_vendor import ListingVendor, listing_vendor
from passgate.identity.models import Team
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.permissions import ROLE_PERMISSIONS, Role
from passgate.storage.work import Storage


@pytest.fixture
def vendor() -> Iterator[ListingVendor]:
    with listing_vendor() as running:
        yield running


@pytest.fixture
def teams(storage: Storage) -> tuple[str, str]:
    """Two teams."""
    with storage.writing() as work:
        for name in ("team_red", "team_blue"):
            work.session.add(Team(id=name, name=name, created_at=work.clock.now()))
    return "team_red", "team_blue"


@pytest.fixture
def owner(teams: tuple[str, str]) -> Actor:
    """An owner of the red team."""
    return Actor(ActorKind.USER, "user_red", "Rita Red", by_team={teams[0]: ROLE_PERMISSIONS[Role.OWNER]})


@pytest.fixture
def viewer(teams: tuple[str, str]) -> Actor:
    """A viewer in the red team."""
    return Actor(ActorKind.USER, "user_view", "Vic Viewer", by_team={teams[0]: ROLE_PERMISSIONS[Role.VIEWER]})


@pytest.fixture
def stranger(teams: tuple[str, str]) -> Actor:
    """An owner of the blue team."""
    return Actor(ActorKind.USER, "user_blue", "Ben Blue", by_team={teams[1]: ROLE_PERMISSIONS[Role.OWNER]})
