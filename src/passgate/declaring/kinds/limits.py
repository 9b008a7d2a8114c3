"""Limits and budgets."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.desk import Desk, every, only
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.kinds.models import model_id
from passgate.declaring.kinds.providers import provider_id
from passgate.declaring.plan_documents import LimitDocument
from passgate.identity.models import Application, User
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing.limits import service as limits
from passgate.publishing.limits.models import Limit
from passgate.publishing.limits.schemas import LimitChange, LimitIn, LimitView

_NEVER = ("measure", "window")


class LimitKind(Kind[LimitDocument]):
    """Limits that somebody set; those that plans make are said by the plans."""

    name = "Limit"

    def find(self, desk: Desk, given: LimitDocument) -> str | None:
        """By what is limited, and the name."""
        query = select(Limit.id).where(
            Limit.scope == given.scope,
            Limit.target == _target_id(desk, given),
            Limit.name == given.name,
            Limit.subscription_id.is_(None),
        )
        return only(desk.work.session.scalars(query).all(), f"limits named {given.name} there", "name")

    def present(self, desk: Desk, object_id: str) -> LimitDocument:
        """What it says.

        Raises:
            InvalidInputError: it is on a token, or on what is gone.
        """
        view = limits.get_limit(desk.actor, desk.work, object_id)
        team, target = _named(desk, view)
        return LimitDocument(
            kind="Limit",
            name=view.name,
            scope=view.scope,
            team=team,
            target=target,
            measure=view.measure,
            window=view.window,
            amount=view.amount,
            alert_percents=view.alert_percents,
        )

    def make(self, desk: Desk, wanted: LimitDocument) -> str:
        """Set it."""
        given = LimitIn(
            name=wanted.name,
            scope=wanted.scope,
            target=_target_id(desk, wanted),
            measure=wanted.measure,
            window=wanted.window,
            amount=wanted.amount,
            alert_percents=wanted.alert_percents,
        )
        return limits.create_limit(desk.actor, desk.work, given).id

    def change(self, desk: Desk, object_id: str, wanted: LimitDocument, present: LimitDocument) -> None:
        """Change amount and alerts."""
        for name in _NEVER:
            if getattr(wanted, name) != getattr(present, name):
                raise InvalidInputError(f"A limit's {name} never changes; give it another name.", field=name)
        change = LimitChange(amount=wanted.amount, alert_percents=wanted.alert_percents)
        limits.change_limit(desk.actor, desk.work, object_id, change)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Lift it."""
        limits.delete_limit(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """Those that no plan made."""
        found = every(lambda page: limits.list_limits(desk.actor, desk.work, page))
        return [view.id for view in found if view.subscription_id is None]


def _target_id(desk: Desk, given: LimitDocument) -> str:
    if given.team is not None:
        return desk.team_id(given.team) if given.target is None else desk.application_id(given.team, given.target)
    target, found = str(given.target), None
    if given.scope == "user":
        # Nobody learns by trying who is there: limits on people are for those who may set any.
        desk.actor.require(Permission.LIMIT_WRITE)
        found = desk.work.session.scalar(select(User.id).where(User.email == target.lower()))
    elif given.scope == "model":
        found = model_id(desk, target)
    else:
        found = provider_id(desk, target)
    if found is None:
        raise NotFoundError(f"There is no {given.scope} {target}.", field="target")
    return found


def _named(desk: Desk, view: LimitView) -> tuple[str | None, str | None]:
    """Team and target, as a document names them."""
    if view.scope == "token":
        raise InvalidInputError(f"The limit {view.name} is on a token.", field="scope")
    if view.target_name == view.target:
        raise InvalidInputError(f"The limit {view.name} is on something that is gone.", field="target")
    if view.scope == "team":
        return view.target_name, None
    if view.scope == "application":
        return desk.team_name(desk.work.session.get_one(Application, view.target).team_id), view.target_name
    if view.scope == "user":
        return None, desk.work.session.get_one(User, view.target).email
    return None, view.target_name
