"""The console's areas, as the sidebar and the search show them."""

from dataclasses import dataclass

from passgate.console.edge import MOUNT_PATH
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class Area:
    """A page of the sidebar."""

    title: str
    path: str
    """Within the console."""
    icon: str
    needs: Permission | None = None
    """Whoever holds it nowhere is not shown the area; the services refuse anyway."""

    @property
    def href(self) -> str:
        """Its address in the browser."""
        return MOUNT_PATH + self.path


AREAS: dict[str, tuple[Area, ...]] = {
    "": (
        Area("Overview", "/", "overview"),
        Area("Calls", "/calls", "call", Permission.CALL_READ),
        Area("Alerts", "/alerts", "bell", Permission.ALERT_READ),
    ),
    "AI": (
        Area("Providers", "/providers", "provider", Permission.PROVIDER_READ),
        Area("Models", "/models", "model", Permission.MODEL_READ),
        Area("Playground", "/playground", "play", Permission.MODEL_READ),
        Area("Limits & budgets", "/limits", "gauge", Permission.LIMIT_READ),
        Area("Policies", "/policies", "key", Permission.MODEL_READ),
        Area("Price corrections", "/ledger", "book", Permission.LEDGER_READ),
    ),
    "APIs": (
        Area("Portal", "/portal", "search"),
        Area("Services", "/services", "service", Permission.SERVICE_READ),
        Area("Subscriptions", "/subscriptions", "link", Permission.SUBSCRIPTION_READ),
    ),
    "Access": (
        Area("Applications", "/applications", "application", Permission.APPLICATION_READ),
        Area("Tokens", "/tokens", "token", Permission.TOKEN_READ),
        Area("Access check", "/access", "check", Permission.TOKEN_READ),
        Area("JWT workbench", "/workbench", "edit", Permission.TOKEN_READ),
    ),
    "Organisation": (
        Area("Users", "/users", "user", Permission.USER_READ),
        Area("Teams", "/teams", "team", Permission.TEAM_READ),
        Area("Roles", "/roles", "key", Permission.ROLE_READ),
        Area("Sessions", "/sessions", "system"),
        Area("Audit", "/audit", "book", Permission.AUDIT_READ),
    ),
    "Platform": (
        Area("Nodes", "/nodes", "node", Permission.NODE_READ),
        Area("Signing keys", "/keys", "key", Permission.KEY_READ),
        Area("Issuers", "/issuers", "link", Permission.ISSUER_READ),
    ),
}
"""By group, from top to bottom."""


def areas_of(actor: Actor) -> dict[str, list[Area]]:
    """The areas in which this actor may see anything."""
    shown = {
        group: [area for area in areas if area.needs is None or actor.teams_with(area.needs) != frozenset()]
        for group, areas in AREAS.items()
    }
    return {group: areas for group, areas in shown.items() if areas}


def active_area(path: str) -> Area | None:
    """The area that a path within the console lies in."""
    bare = path.split("?", 1)[0].rstrip("/") or "/"
    every = [area for areas in AREAS.values() for area in areas]
    return next(
        (area for area in every if bare == area.path or (area.path != "/" and bare.startswith(f"{area.path}/"))), None
    )
