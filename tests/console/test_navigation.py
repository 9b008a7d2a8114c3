"""Which areas one is shown, and which of them one is in."""

from passgate.console.navigation import active_area, areas_of
from passgate.kernel.actor import Actor, ActorKind
from passgate.kernel.permissions import ROLE_PERMISSIONS, Role

_FOR_ADMINISTRATORS = {"Price corrections", "Audit", "Issuers", "Nodes", "Signing keys", "Users"}


def _titles(actor: Actor) -> set[str]:
    return {area.title for areas in areas_of(actor).values() for area in areas}


def test_areas_follow_permissions(admin: Actor) -> None:
    viewer = Actor(ActorKind.USER, "user_v", "V", by_team={"team_1": ROLE_PERMISSIONS[Role.VIEWER]})
    assert _titles(admin) >= _FOR_ADMINISTRATORS
    assert _titles(viewer) == _titles(admin) - _FOR_ADMINISTRATORS
    assert _titles(Actor(ActorKind.USER, "user_n", "N")) == {"Overview", "Portal", "Sessions"}


def test_active_area() -> None:
    found = [active_area(path) for path in ("/", "/tokens", "/applications/app_1?x=1", "/callsign")]
    assert [area.title if area else None for area in found] == ["Overview", "Tokens", "Applications", None]
