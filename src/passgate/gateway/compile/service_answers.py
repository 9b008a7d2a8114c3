"""What the gate itself answers for a service: gone, not here, not by this method."""

from datetime import UTC, datetime
from email.utils import format_datetime

from passgate.contracts.published_service import PublishedService, PublishedVersion
from passgate.gateway.compile.route_names import OFF_FOR_ANSWERS, route_name, without
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

APART: JsonObject = {
    "append_action": "APPEND_IF_EXISTS_OR_ADD",
    "header": {
        "key": "content-security-policy",
        "value": "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts",
    },
}
"""Puts a page of an upstream, shown at the gate's own host, into an origin of its own (Content Security Policy level 3,
section 6.3.2). Its scripts would otherwise be those of the console's origin, and act for whoever looks at it."""


def answer_headers(service: PublishedService, version: PublishedVersion) -> list[JsonObject]:
    """The headers that tell of a version's end: Deprecation (RFC 9745), Sunset (RFC 8594), Link (RFC 5829)."""
    found: list[JsonObject] = []
    if version.deprecated_at is not None:
        found.append(header("deprecation", f"@{version.deprecated_at}"))
    if version.sunset_at is not None:
        moment = format_datetime(datetime.fromtimestamp(version.sunset_at, UTC), usegmt=True)
        found.append(header("sunset", moment))
    if version.successor is not None:
        link = f'<{_address_of(service, version.successor)}>; rel="successor-version"'
        found.append({"append_action": "APPEND_IF_EXISTS_OR_ADD", "header": {"key": "link", "value": literal(link)}})
    return found


def header(name: str, value: str) -> JsonObject:
    """A header with a fixed value, in place of any that is there."""
    return {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": name, "value": literal(value)}}


def gone_route(service: PublishedService, version: PublishedVersion, base: str, match: JsonObject) -> JsonObject:
    """A version that is retired: 410, and where to go. Said without asking for a token."""
    words = f"The version {version.name} of {service.name} was retired."
    if version.successor is not None:
        words += f" Its successor is {version.successor}, at {_address_of(service, version.successor)}."
    return {
        "match": {**match, **below(base)},
        "direct_response": {"status": 410, "body": {"inline_string": words}},
        "response_headers_to_add": answer_headers(service, version),
        **_common(service, version.id, names.REST_ROUTE),
    }


def no_version_route(service: PublishedService, base: str, match: JsonObject) -> JsonObject:
    """A call that names no version where none is the default, or one that is not there."""
    known = ", ".join(version.name for version in service.versions if version.status != "retired")
    words = f"The call names no version of {service.name} that is there; there are: {known or 'none'}."
    return _answer(base, match, 404, words, _common(service, "", names.NO_VERSION))


def no_revision_route(service: PublishedService, version: PublishedVersion, base: str, match: JsonObject) -> JsonObject:
    """A call that names a revision that is not there."""
    words = f"The version {version.name} of {service.name} has no such revision."
    return _answer(base, match, 404, words, _common(service, version.id, names.NO_REVISION))


def not_here_route(service: PublishedService, base: str, match: JsonObject, version_id: str = "") -> JsonObject:
    """A path that the revision has not."""
    words = f"The service {service.name} has no such path."
    return _answer(base, match, 404, words, _common(service, version_id, names.REST_ROUTE))


def below(base: str) -> JsonObject:
    """Matches a base path and all below it."""
    return {"path_separated_prefix": base} if base else {"prefix": "/"}


def _answer(base: str, match: JsonObject, status: int, words: str, common: JsonObject) -> JsonObject:
    return {
        "match": {**match, **below(base)},
        "direct_response": {"status": status, "body": {"inline_string": words}},
        **common,
    }


def _common(service: PublishedService, version_id: str, kind: str) -> JsonObject:
    return {
        "name": route_name(kind, version_id),
        "metadata": {"filter_metadata": {names.METADATA_NAMESPACE: {names.SERVICE_KEY: service.id}}},
        **without(OFF_FOR_ANSWERS),
    }


def _address_of(service: PublishedService, version_name: str) -> str:
    """Where the successor is, as a reference relative to the gate."""
    if service.selection == "path":
        return f"{service.base_path}/{version_name}"
    if service.selection == "host":
        hosts = [host for one in service.versions if one.name == version_name for host in one.hosts]
        return f"//{hosts[0]}{service.base_path}" if hosts else service.base_path or "/"
    return service.base_path or "/"


def literal(text: str) -> str:
    """Envoy would take a percent sign for a command."""
    return text.replace("%", "%%")
