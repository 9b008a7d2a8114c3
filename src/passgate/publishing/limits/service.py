"""Setting limits. Whoever may set one on a thing may not thereby lift one that stands above it."""

from typing import cast

from passgate.contracts.limits import LimitMeasure, LimitScope, LimitWindow
from passgate.kernel.actor import Actor
from passgate.kernel.errors import NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.publishing.limits import repository
from passgate.publishing.limits.errors import PlansLimitError
from passgate.publishing.limits.models import Limit
from passgate.publishing.limits.schemas import LimitChange, LimitIn, LimitView
from passgate.storage.work import Work


def list_limits(
    actor: Actor, work: Work, page: PageRequest, scope: LimitScope | None = None, target: str | None = None
) -> Page[LimitView]:
    """Limits on the actor's teams and what is theirs, newest first.

    Raises:
        ForbiddenError: without the permission limit:read.
    """
    actor.require_somewhere(Permission.LIMIT_READ)
    found = repository.limits_page(work, page, actor.teams_with(Permission.LIMIT_READ), scope, target)
    return Page([_view(work, row) for row in found.items], found.next_cursor)


def get_limit(actor: Actor, work: Work, limit_id: str) -> LimitView:
    """One limit.

    Raises:
        NotFoundError: no such limit, or on something of a team that the actor has no part in.
        ForbiddenError: without the permission limit:read.
    """
    return _view(work, _found(actor, work, limit_id))


def create_limit(actor: Actor, work: Work, given: LimitIn) -> LimitView:
    """Limit something, at once. Limits on whole teams and on people are for those who may set any.

    Raises:
        NotFoundError: there is no such target, or the actor may not know of it.
        ForbiddenError: without the permission limit:write there.
    """
    actor.require_somewhere(Permission.LIMIT_WRITE)
    target = repository.find_target(work, given.scope, given.target)
    if target is None:
        raise NotFoundError(f"There is no such {given.scope}.")
    actor.require(Permission.LIMIT_READ, target.team_id, what=given.scope)
    actor.require(Permission.LIMIT_WRITE, _authority(given.scope, target.team_id), what=given.scope)
    row = Limit(
        id=work.ids.new("lim"),
        **given.model_dump(mode="json"),
        team_id=target.team_id,
        created_at=work.clock.now(),
        created_by=actor.id,
    )
    work.session.add(row)
    work.session.flush()
    return _view(work, row)


def change_limit(actor: Actor, work: Work, limit_id: str, change: LimitChange) -> LimitView:
    """Change name or amount; what was used in the window counts on.

    Raises:
        NotFoundError: as :func:`get_limit`.
        ForbiddenError: as :func:`create_limit`.
        PlansLimitError: a plan made it.
    """
    row = _writable(actor, work, limit_id)
    for name, value in change.model_dump(mode="json", exclude_none=True).items():
        setattr(row, name, value)
    work.session.flush()
    return _view(work, row)


def delete_limit(actor: Actor, work: Work, limit_id: str) -> None:
    """Lift a limit.

    Raises:
        NotFoundError: as :func:`get_limit`.
        ForbiddenError: as :func:`create_limit`.
        PlansLimitError: a plan made it.
    """
    work.session.delete(_writable(actor, work, limit_id))
    work.session.flush()


def _found(actor: Actor, work: Work, limit_id: str) -> Limit:
    actor.require_somewhere(Permission.LIMIT_READ)
    row = repository.find_limit(work, limit_id)
    if row is None:
        raise NotFoundError("No such limit.")
    if row.team_id is None and not actor.may(Permission.LIMIT_READ):
        raise NotFoundError("No such limit.")
    actor.require(Permission.LIMIT_READ, row.team_id, what="limit")
    return row


def _writable(actor: Actor, work: Work, limit_id: str) -> Limit:
    row = _found(actor, work, limit_id)
    actor.require(Permission.LIMIT_WRITE, _authority(cast("LimitScope", row.scope), row.team_id), what="limit")
    if row.subscription_id is not None and repository.has_subscription(work, row.subscription_id):
        raise PlansLimitError(f"{row.name} comes from a subscription's plan; change the plan or the subscription.")
    return row


def _authority(scope: LimitScope, team_id: str | None) -> str | None:
    """The team in which one must be allowed to write it; None: over everything."""
    return None if scope in {"team", "user"} else team_id


def _view(work: Work, row: Limit) -> LimitView:
    scope = cast("LimitScope", row.scope)
    target = repository.find_target(work, scope, row.target)
    return LimitView(
        id=row.id,
        name=row.name,
        scope=scope,
        target=row.target,
        target_name=target.name if target else row.target,
        team_id=row.team_id,
        measure=cast("LimitMeasure", row.measure),
        window=cast("LimitWindow", row.window),
        amount=row.amount,
        subscription_id=row.subscription_id,
        alert_percents=tuple(row.alert_percents),
        created_at=row.created_at,
        created_by=row.created_by,
    )
