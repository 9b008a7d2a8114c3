"""What the gate is given, with names in the place of ids, so that two Passgates can be compared."""

import json
import re
from typing import Any

from passgate.catalog.models import Deployment, Model, Policy, Provider
from passgate.gateway.models import SnapshotRow
from passgate.gateway.publication import Publication
from passgate.identity.models import Application, Team
from passgate.publishing.limits.models import Limit
from passgate.publishing.models import Service, ServiceRevision, ServiceVersion, Subscription
from passgate.publishing.plans.models import Plan
from passgate.storage.base import Base
from passgate.storage.work import Storage, Work

_SEALED = re.compile(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+={0,2}")
_NAMED: tuple[type[Base], ...] = (Team, Application, Provider, Model, Policy, Service, Plan, Limit)


def published(storage: Storage) -> Any:
    """Both halves of a snapshot, each list in the order of its texts."""
    with storage.writing() as work:
        Publication("https://gate.example", "passgate").publish(work)
        row = work.session.query(SnapshotRow).order_by(SnapshotRow.version.desc()).limit(1).one()
        halves = json.loads(row.gateway), json.loads(row.inference)
        names = _names(work)
        return [_plain(work, half, names) for half in halves]


def _names(work: Work) -> dict[str, str]:
    session = work.session
    names = {row.id: f"{kind.__name__} {row.name}" for kind in _NAMED for row in session.query(kind)}  # type: ignore[attr-defined]
    for version in session.query(ServiceVersion):
        names[version.id] = f"{names[version.service_id]} {version.name}"
    for revision in session.query(ServiceRevision):
        names[revision.id] = f"{names[revision.version_id]} revision"
    for deployment in session.query(Deployment):
        names[deployment.id] = f"{names[deployment.model_id]} {names[deployment.provider_id]}"
    for row in session.query(Subscription):
        names[row.id] = f"{names[row.application_id]} {names[row.service_id]}"
    return names


def _plain(work: Work, value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        left_out = {"version", "keys", "deprecated_at", "number", "sealed_file_key"}
        return {names.get(key, key): _plain(work, one, names) for key, one in value.items() if key not in left_out}
    if isinstance(value, list):
        return sorted((_plain(work, one, names) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    if isinstance(value, str):
        for known, name in names.items():
            value = value.replace(known, name)
        return _SEALED.sub(lambda match: work.vault.open(match[0]), value)
    return value
