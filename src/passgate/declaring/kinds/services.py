"""Services with their versions."""

from collections.abc import Iterable

from passgate.contracts.service_policy import AccessPolicy
from passgate.declaring.desk import Desk, at_field, every
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.kinds.server_tools import ordered_tools, present_tools, settle_tools
from passgate.declaring.kinds.service_certificates import (
    exported_certificates,
    present_certificates,
    settle_certificates,
    settled_certificates,
)
from passgate.declaring.kinds.service_schedules import present_schedules, settle_schedules, settled_schedules
from passgate.declaring.kinds.version_content import (
    content_of,
    definition_in,
    exported_content,
    settled_content,
    text_digest,
)
from passgate.declaring.kinds.version_life import settle_content, settle_state, shown_revision
from passgate.declaring.service_document import ServiceDocument, ToolPart, VersionPart
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.permissions import Permission
from passgate.publishing.mcp.schemas import OfferIn
from passgate.publishing.mcp.service import set_offer
from passgate.publishing.models import Service
from passgate.publishing.openapi.service import keep_document
from passgate.publishing.schemas import ServiceChange, ServiceIn
from passgate.publishing.service import lifecycle, services, versions
from passgate.publishing.service_policies import service_access, with_access
from passgate.publishing.version_schemas import VersionIn, VersionView

_PLAIN = (
    "description",
    "base_path",
    "hosts",
    "strip_base_path",
    "selection",
    "visibility",
    "tags",
    "documentation",
    "policies",
)
_WHEN = ("deprecated_at", "sunset_at", "successor")


class ServiceKind(Kind[ServiceDocument]):
    """Services."""

    name = "Service"

    def find(self, desk: Desk, given: ServiceDocument) -> str | None:
        """By team and name."""
        return desk.services_named(desk.team_id(given.team), given.name)

    def present(self, desk: Desk, object_id: str) -> ServiceDocument:
        """All of it, secrets by their ids."""
        services.own_service(desk.actor, desk.work, object_id, Permission.SERVICE_READ)
        view = services.get_service(desk.actor, desk.work, object_id)
        found = versions.list_versions(desk.actor, desk.work, object_id)
        fields = {name: getattr(view, name) for name in _PLAIN if name != "policies"}
        return ServiceDocument(
            kind="Service",
            team=desk.team_name(view.team_id),
            name=view.name,
            type=view.kind,
            **fields,
            review_required=view.review_required,
            default_version=view.default_version,
            chosen_teams=tuple(sorted(desk.team_name(one) for one in view.chosen_teams)),
            policies=with_access(view.policies, service_access(view.policies)),
            mcp_tools=None if view.kind == "mcp" else tuple(sorted(self._row(desk, object_id).mcp_tools)),
            allowed_tools=present_tools(desk, object_id) if view.kind == "mcp" else None,
            certificates=present_certificates(desk, object_id),
            schedules=present_schedules(desk, object_id),
            versions=tuple(_part(desk, object_id, version) for version in found),
        )

    def settled(self, desk: Desk, given: ServiceDocument, present: ServiceDocument | None) -> ServiceDocument:
        """Shorthands written out; versions that it does not name as they are."""
        before = {part.name: part for part in present.versions} if present is not None else {}
        parts = [_settled(desk, part, before.get(part.name)) for part in given.versions]
        named = {part.name for part in parts}
        service_id = None if present is None else self.find(desk, given)
        others = [part for part in before.values() if part.name not in named]
        update = {
            "access": None,
            "policies": with_access(given.policies, given.access or service_access(given.policies)),
            "chosen_teams": tuple(sorted(set(given.chosen_teams))),
            "default_version": given.default_version or given.versions[0].name,
            "mcp_tools": self._tools(given, present),
            "allowed_tools": _allowed(given, present),
            "certificates": settled_certificates(desk, given.certificates, service_id),
            "schedules": settled_schedules(desk, given.schedules, (present.schedules if present else None) or ()),
            "versions": (*parts, *others),
        }
        return given.model_copy(update=update)

    def export(self, desk: Desk, object_id: str) -> ServiceDocument:
        """Shorthands where they say all; OpenAPI documents as texts; secrets by names of variables."""
        found = self.present(desk, object_id)
        first = found.policies[0] if found.policies else None
        shorthand: dict[str, object] = {}
        if isinstance(first, AccessPolicy) and first == AccessPolicy(who=first.who):
            shorthand = {"access": first.who, "policies": found.policies[1:]}
        if found.default_version == found.versions[0].name:
            shorthand["default_version"] = None
        for name in ("mcp_tools", "allowed_tools", "schedules"):
            shorthand[name] = getattr(found, name) or None
        shorthand["certificates"] = exported_certificates(desk, object_id, (found.team, found.name))
        parts = tuple(
            part.model_copy(update=exported_content(desk, part, (found.team, found.name, part.name)))
            for part in found.versions
        )
        unsaid = _unsaid(desk, object_id)
        if unsaid:
            desk.notes.append(f"The service {found.label}: not said are its {', '.join(unsaid)}.")
        return found.model_copy(update={**shorthand, "versions": parts})

    def make(self, desk: Desk, wanted: ServiceDocument) -> str:
        """Add it with its versions, and lead these to their states."""
        _keep_documents(desk, wanted)
        first = wanted.versions[0]
        with at_field(f"versions.{first.name}"):
            given = ServiceIn(
                team_id=desk.team_id(wanted.team),
                name=wanted.name,
                kind=wanted.type,
                **{name: getattr(wanted, name) for name in _PLAIN},
                access=service_access(wanted.policies),
                chosen_teams=_team_ids(desk, wanted),
                version=first.name,
                definition=definition_in(first),
            )
        made = services.create_service(desk.actor, desk.work, given)
        draft = first.model_copy(update={"state": "draft", "hosts": (), **dict.fromkeys(_WHEN)})
        before = {first.name: draft}
        self._settle_versions(desk, made.id, wanted, before)
        # Reviews begin with the next change: the first form is whoever applies it to answer for.
        change = ServiceChange(default_version=wanted.default_version, review_required=wanted.review_required)
        services.update_service(desk.actor, desk.work, made.id, change)
        if wanted.mcp_tools:
            set_offer(desk.actor, desk.work, made.id, OfferIn(routes=wanted.mcp_tools))
        _settle_belongings(desk, made.id, wanted, None)
        return made.id

    def change(self, desk: Desk, object_id: str, wanted: ServiceDocument, present: ServiceDocument) -> None:
        """Change what differs."""
        if wanted.type != present.type:
            raise InvalidInputError("A service's type never changes; make another service.", field="type")
        _keep_documents(desk, wanted)
        differing = {name: getattr(wanted, name) for name in _PLAIN if getattr(wanted, name) != getattr(present, name)}
        if wanted.chosen_teams != present.chosen_teams:
            differing["chosen_teams"] = _team_ids(desk, wanted)
        if differing:
            services.update_service(desk.actor, desk.work, object_id, ServiceChange.model_validate(differing))
        self._settle_versions(desk, object_id, wanted, {part.name: part for part in present.versions})
        after = {
            name: getattr(wanted, name)
            for name in ("default_version", "review_required")
            if getattr(wanted, name) != getattr(present, name)
        }
        if after:
            services.update_service(desk.actor, desk.work, object_id, ServiceChange.model_validate(after))
        if wanted.mcp_tools is not None and wanted.mcp_tools != present.mcp_tools:
            set_offer(desk.actor, desk.work, object_id, OfferIn(routes=wanted.mcp_tools))
        _settle_belongings(desk, object_id, wanted, present)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Retire and delete it, with its subscriptions."""
        if services.get_service(desk.actor, desk.work, object_id).status == "published":
            lifecycle.retire_service(desk.actor, desk.work, object_id)
        services.delete_service(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All of the actor's own teams."""
        found = every(lambda page: services.list_services(desk.actor, desk.work, page))
        return [view.id for view in found if desk.actor.may(Permission.SERVICE_READ, view.team_id)]

    @staticmethod
    def _row(desk: Desk, object_id: str) -> Service:
        return desk.work.session.get_one(Service, object_id)

    @staticmethod
    def _tools(given: ServiceDocument, present: ServiceDocument | None) -> tuple[str, ...] | None:
        """As they are where it does not say; an MCP server's are no part of a document."""
        if given.type == "mcp":
            return None
        before = present.mcp_tools if present is not None else ()
        return before if given.mcp_tools is None else tuple(sorted(set(given.mcp_tools)))

    @staticmethod
    def _settle_versions(desk: Desk, service_id: str, wanted: ServiceDocument, present: dict[str, VersionPart]) -> None:
        before = dict(present)
        for part in wanted.versions:
            with at_field(f"versions.{part.name}"):
                if part.name not in before:
                    given = VersionIn(name=part.name, hosts=part.hosts, definition=definition_in(part))
                    versions.create_version(desk.actor, desk.work, service_id, given)
                    before[part.name] = part.model_copy(update={"state": "draft", **dict.fromkeys(_WHEN)})
                elif part != before[part.name]:
                    settle_content(desk, service_id, part, before[part.name])
        for part in wanted.versions:
            if part != before[part.name]:
                with at_field(f"versions.{part.name}"):
                    settle_state(desk, service_id, part, before[part.name])


def _allowed(given: ServiceDocument, present: ServiceDocument | None) -> tuple[ToolPart, ...] | None:
    if given.type != "mcp":
        return None
    before = present.allowed_tools if present is not None else ()
    return before if given.allowed_tools is None else ordered_tools(given.allowed_tools)


def _settle_belongings(desk: Desk, object_id: str, wanted: ServiceDocument, present: ServiceDocument | None) -> None:
    """What hangs on the service and its versions, once these are as they are to be."""
    tools, certificates, schedules = wanted.allowed_tools or (), wanted.certificates or (), wanted.schedules or ()
    if tools != ((present.allowed_tools if present else None) or ()):
        settle_tools(desk, object_id, tools)
    if certificates != ((present.certificates if present else None) or ()):
        settle_certificates(desk, object_id, certificates)
    if schedules != present_schedules(desk, object_id):
        settle_schedules(desk, object_id, schedules)


def _unsaid(desk: Desk, service_id: str) -> list[str]:
    """What it has and no document says."""
    shared = [len(one.live) > 1 for one in versions.list_versions(desk.actor, desk.work, service_id)]
    return ["revisions that share a version's calls"] if any(shared) else []


def _part(desk: Desk, service_id: str, version: VersionView) -> VersionPart:
    definition = shown_revision(desk, service_id, version).definition
    dated = version.status == "deprecated"
    return VersionPart(
        name=version.name,
        state=version.status,
        hosts=tuple(version.hosts),
        deprecated_at=version.deprecated_at if dated else None,
        sunset_at=version.sunset_at if dated else None,
        successor=version.successor,
        **content_of(definition),
    )


def _settled(desk: Desk, part: VersionPart, present: VersionPart | None) -> VersionPart:
    with at_field(f"versions.{part.name}"):
        update = settled_content(desk, part, present)
    if present is not None and part.deprecated_at is None and part.state == present.state:
        update["deprecated_at"] = present.deprecated_at
    return part.model_copy(update=update)


def _keep_documents(desk: Desk, wanted: ServiceDocument) -> None:
    by_kept = {text_digest(intake.text): intake for intake in desk.intakes.values()}
    for part in wanted.versions:
        if part.document is not None and part.document.digest in by_kept:
            keep_document(desk.actor, desk.work, desk.team_id(wanted.team), by_kept[part.document.digest])


def _team_ids(desk: Desk, wanted: ServiceDocument) -> tuple[str, ...]:
    return tuple(desk.known_team_id(name, field="chosen_teams") for name in wanted.chosen_teams)
