"""Kong's plugins as policies: of one name, the one nearest to the route holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from passgate.declaring.importing.kong_consumers import Groups
from passgate.declaring.importing.part import Part

_AUTHENTICATION = frozenset(
    {
        "basic-auth",
        "header-cert-auth",
        "hmac-auth",
        "jwt",
        "jwt-signer",
        "key-auth",
        "key-auth-enc",
        "ldap-auth",
        "ldap-auth-advanced",
        "mtls-auth",
        "oauth2",
        "oauth2-introspection",
        "openid-connect",
        "session",
        "vault-auth",
    }
)
_OBSERVING = frozenset(
    {
        "correlation-id",
        "datadog",
        "file-log",
        "http-log",
        "kafka-log",
        "loggly",
        "opentelemetry",
        "prometheus",
        "statsd",
        "syslog",
        "tcp-log",
        "udp-log",
        "zipkin",
    }
)
_WINDOWS = ("second", "minute", "hour", "day", "month")
_SUBJECTS = {"consumer": "application", "credential": "token", "ip": "ip", "service": "service"}
_UNITS = {"megabytes": 1024 * 1024, "kilobytes": 1024, "bytes": 1}
_MOST_BYTES = 1_073_741_824
_LEAST_ERROR = 400
_MOST_CORS_SECONDS = 86_400
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(slots=True)
class Plugins:
    """A configuration's plugins: of all services, and of one."""

    of_all: dict[str, Part] = field(default_factory=dict)
    of_one: dict[tuple[str, str], dict[str, Part]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    def of(cls, source: Part) -> "Plugins":
        """Those that stand beside the services."""
        found = cls()
        for one in source.parts("plugins", "name"):
            name = one.text("name")
            owners = [(kind, _owner(one.take(kind))) for kind in ("consumer", "consumer_group", "route", "service")]
            named = [(kind, owner) for kind, owner in owners if owner]
            if named and named[0][0].startswith("consumer"):
                one.leave("", "What bounds one consumer is a plan, or a Limit on its application.")
            elif not _is_on(one):
                continue
            elif named:
                found.of_one.setdefault(named[0], {})[name] = one
            else:
                found.of_all[name] = one
        return found

    def of_owner(self, kind: str, name: str, owner: Part) -> dict[str, Part]:
        """The plugins of a service or route, wherever they stand."""
        self.used.add((kind, name))
        own = {one.text("name"): one for one in owner.parts("plugins", "name") if _is_on(one)}
        return {**self.of_one.get((kind, name), {}), **own}

    def close(self) -> None:
        """Tell of plugins whose owner is not there."""
        for owner, plugins in self.of_one.items():
            for one in plugins.values() if owner not in self.used else ():
                one.leave("", f"There is no {owner[0]} {owner[1]}, or it is left out.")


def access_of(plugins: list[Part]) -> tuple[str, Groups]:
    """Who may call, and of whom an ACL speaks: everybody where nothing asks who calls."""
    names = {one.text("name") for one in plugins}
    acl = next((one for one in plugins if one.text("name") == "acl"), None)
    if acl is not None:
        config = acl.part("config")
        allow = [*config.texts("allow"), *config.texts("whitelist")]
        return "subscription", Groups(allow, [*config.texts("deny"), *config.texts("blacklist")])
    return ("token" if names & _AUTHENTICATION else "public"), Groups()


def policies_of(plugins: list[Part]) -> list[dict[str, Any]]:
    """The policies of a route's plugins; what they do besides is told."""
    public = access_of(plugins)[0] == "public"
    found: list[dict[str, Any]] = []
    for one in plugins:
        name, config = one.text("name"), one.part("config")
        if name in _TRANSLATIONS:
            found += _TRANSLATIONS[name](config, public)
        elif name in _AUTHENTICATION:
            _tell_of_authentication(name, config)
        elif name == "acl":
            config.ignore(
                "allow", "deny", "whitelist", "blacklist", "hide_groups_header", "always_use_authenticated_groups"
            )
            config.close()
        elif name in _OBSERVING:
            one.leave("", "Passgate keeps calls itself, and gives each a request id.")
        else:
            one.leave("", f"There is no policy for {name}: what it was for stays a draft.")
    return found


def are_all_known(plugins: list[Part]) -> bool:
    """Whether nothing is left out that may have refused calls."""
    known = {*_TRANSLATIONS, *_AUTHENTICATION, *_OBSERVING, "acl"}
    return all(one.text("name") in known for one in plugins)


def _tell_of_authentication(name: str, config: Part) -> None:
    if config.take("anonymous"):
        config.leave("anonymous", "Nobody is let in without a token.")
    if name != "key-auth":
        config.translation.leave(
            config.place, f"Callers of {name} show a token of Passgate's now, or of a TrustedIssuer."
        )


def _rate_limiting(config: Part, public: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one of a table
    by = config.text("limit_by", "consumer")
    subject = "ip" if public and by in {"consumer", "credential"} else _SUBJECTS.get(by)
    if subject is None:
        config.leave("limit_by", f"Calls are not counted by {by}: no limit is written.")
        return []
    found = [
        {"kind": "rate_limit", "per": subject, "calls": config.number(window), "window": window}
        for window in _WINDOWS
        if config.take(window)
    ]
    config.ignore(
        "policy", "fault_tolerant", "hide_client_headers", "redis", "sync_rate", "error_code", "error_message"
    )
    config.close({name: value for name, value in config.content.items() if name.startswith("redis_")})
    return found


def _cors(config: Part, _public: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one of a table
    origins = config.texts("origins") or ["*"]
    exact = [one for one in origins if one == "*" or one.startswith(("http://", "https://"))]
    for one in [one for one in origins if one not in exact]:
        config.leave("origins", f"{one} is no origin, such as https://app.example.com.")
    credentials = bool(config.take("credentials", otherwise=False))
    if "*" in exact and credentials:
        config.leave("credentials", "No page of any origin may call with a visitor's credentials.")
        credentials = False
    if not exact:
        return []
    seconds = config.take("max_age")
    policy: dict[str, Any] = {
        "kind": "cors",
        "origins": ["*"] if "*" in exact else exact,
        "methods": [one for one in config.texts("methods") if one not in {"OPTIONS", "TRACE", "CONNECT"}] or _METHODS,
        "headers": config.texts("headers") or ["authorization", "content-type"],
        "exposed": config.texts("exposed_headers"),
        "credentials": credentials,
    }
    if seconds is not None:
        policy["max_age_seconds"] = min(max(int(seconds), 0), _MOST_CORS_SECONDS)
    config.close({"preflight_continue": False, "private_network": False, "allow_origin_absent": True})
    return [policy]


def _addresses(config: Part, _public: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one of a table
    policy = {
        "kind": "address",
        "allow": [*config.texts("allow"), *config.texts("whitelist")],
        "deny": [*config.texts("deny"), *config.texts("blacklist")],
    }
    config.ignore("status", "message")
    config.close()
    return [policy] if policy["allow"] or policy["deny"] else []


def _body_size(config: Part, _public: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one of a table
    most = config.number("allowed_payload_size", 128) * _UNITS.get(config.text("size_unit", "megabytes"), 1)
    config.close({"require_content_length": False})
    return [{"kind": "body_size", "max_bytes": min(max(most, 0), _MOST_BYTES)}]


def _termination(config: Part, _public: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one of a table
    status = config.number("status_code", 503)
    if status < _LEAST_ERROR:
        config.leave("status_code", f"The gate ends calls with errors only, not with {status}.")
        status = 503
    config.close({"echo": False}, "The gate's own words stand in the answer.")
    return [{"kind": "fault", "abort_status": status, "abort_percent": 100}]


def _transformer(kind: str) -> Callable[[Part, bool], list[dict[str, Any]]]:
    def transformed(config: Part, _public: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one of a table
        put: dict[str, dict[str, str]] = {"headers": {}, "querystring": {}}
        appended: dict[str, str] = {}
        for act in ("add", "replace", "append"):
            part = config.part(act)
            for name in part.texts("headers"):
                key, value = _pair(name)
                (appended if act == "append" else put["headers"])[key] = value
            for name in part.texts("querystring"):
                key, value = _pair(name)
                put["querystring"][key] = value
            if act != "append" and part.content.get("headers"):
                part.translation.leave(part.at("headers"), f"They are set, whether the call has them or not ({act}).")
            part.close()
        remove = config.part("remove")
        headers = {"kind": kind, "set": put["headers"], "add": appended, "remove": remove.texts("headers")}
        query = {"kind": "query", "set": put["querystring"], "remove": remove.texts("querystring")}
        remove.close()
        for act in ("rename", "allow"):
            config.part(act).close()
        config.close()
        found = [headers] if headers["set"] or headers["add"] or headers["remove"] else []
        return found + ([query] if query["set"] or query["remove"] else [])

    return transformed


_TRANSLATIONS: Mapping[str, Callable[[Part, bool], list[dict[str, Any]]]] = {
    "rate-limiting": _rate_limiting,
    "cors": _cors,
    "ip-restriction": _addresses,
    "request-size-limiting": _body_size,
    "request-termination": _termination,
    "request-transformer": _transformer("request_headers"),
    "response-transformer": _transformer("response_headers"),
}


def _is_on(one: Part) -> bool:
    one.ignore("id", "created_at", "updated_at", "protocols", "tags", "instance_name", "ordering")
    if one.take("enabled", otherwise=True) is False:
        one.leave("", "It is switched off there.")
        return False
    return True


def _owner(reference: object) -> str:
    if isinstance(reference, Mapping):
        return str(reference.get("name") or reference.get("username") or reference.get("id") or "")
    return str(reference or "")


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip(), value.strip()
