"""Services whose default version is one thing at two places, with its name in the path and without.

A list of routes for both takes half of Envoy's memory. It can be had where no path means one thing at the one place
and another at the other.
"""

from passgate.contracts.published_service import PublishedRevision, PublishedService, PublishedVersion


def version_of_two_places(service: PublishedService) -> PublishedVersion | None:
    """The default version, if one list may stand for both of its places."""
    if service.selection != "path" or not service.base_path:
        return None
    default = next((one for one in service.versions if one.name == service.default_version), None)
    if default is None or default.status == "retired" or not default.revisions:
        return None
    fits = all(_may_stand_at_both(service, default.name, revision) for revision in default.revisions)
    return default if fits else None


def _may_stand_at_both(service: PublishedService, version: str, revision: PublishedRevision) -> bool:
    # Who judges a body is told how long the base is, and a prefix before a base that is kept would need to know it.
    told = any(policy.kind == "validation" for policy in (*service.policies, *revision.policies))
    moved = not service.strip_base_path and any(pool.path_prefix for pool in revision.pools)
    apart = all(_is_apart(route.path, version) for route in revision.routes)
    return bool(revision.routes) and apart and not told and not moved


def _is_apart(path: str, version: str) -> bool:
    """Whether no path of the template begins with the version's name, nor with the letters of it."""
    first = path.strip("/").split("/")[0]
    return "{" not in first and not first.startswith(version)
