"""Kong's consumers as applications, and their groups as subscriptions."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from passgate.declaring.importing.part import Part

_CREDENTIALS = (
    "keyauth_credentials",
    "keyauth_enc_credentials",
    "basicauth_credentials",
    "hmacauth_credentials",
    "jwt_secrets",
    "oauth2_credentials",
    "mtls_auth_credentials",
)


@dataclass(frozen=True, slots=True)
class Groups:
    """Whom an ACL lets in."""

    allow: Collection[str] = ()
    """Empty: everybody who is not denied."""
    deny: Collection[str] = ()

    def lets_in(self, groups: Collection[str]) -> bool:
        """Whether a consumer of those groups may call."""
        return not set(groups) & set(self.deny) and (not self.allow or bool(set(groups) & set(self.allow)))


@dataclass(slots=True)
class Consumers:
    """Applications with the groups that they had as consumers."""

    team: str
    applications: list[dict[str, Any]] = field(default_factory=list)
    groups: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Part, team: str) -> "Consumers":
        """Those of a configuration."""
        found = cls(team)
        for one in source.parts("consumers", "username", "custom_id", "id"):
            name = one.text("username", one.text("custom_id", one.text("id")))[:100]
            found.applications.append({"kind": "Application", "team": team, "name": name})
            found.groups[name] = {acl.text("group") for acl in one.parts("acls", "group")}
            for kind in _CREDENTIALS:
                if one.take(kind):
                    one.leave(kind, f"Passgate issues tokens itself: issue one to the application {name}.")
            for plugin in one.parts("plugins", "name"):
                plugin.leave("", "What bounds one consumer is a plan, or a Limit on its application.")
            for group in one.parts("groups", "name"):
                group.leave("", "Groups of consumers are plans here.")
            one.ignore("id", "username", "custom_id", "tags", "created_at", "updated_at")
            one.close()
        for name in ("acls", *_CREDENTIALS):
            found._apart(source, name)
        return found

    def subscriptions(self, service: str, groups: Groups) -> list[dict[str, Any]]:
        """A subscription for each application that the groups let in."""
        return [
            {"kind": "Subscription", "team": self.team, "application": name, "service": service}
            for name, own in self.groups.items()
            if groups.lets_in(own)
        ]

    def _apart(self, source: Part, name: str) -> None:
        """What stands beside the consumers and names one."""
        for one in source.parts(name, "group", "key", "id"):
            consumer = one.take("consumer", {})
            owner = consumer.get("username", "") if isinstance(consumer, dict) else str(consumer)
            if name == "acls" and owner in self.groups:
                self.groups[owner].add(one.text("group"))
            else:
                one.leave("", f"Passgate issues tokens itself: issue one to the application {owner}.")
