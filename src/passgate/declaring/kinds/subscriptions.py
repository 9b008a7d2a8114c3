"""Subscriptions: what their applications' teams declare of them."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.declaring.desk import Desk, every
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.plan_documents import SubscriptionDocument
from passgate.kernel.errors import NotFoundError
from passgate.kernel.permissions import Permission
from passgate.publishing.models import Subscription
from passgate.publishing.plans import service as plans
from passgate.publishing.plans.repository import OPEN
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service import deciding, finding, subscribing

_GONE = "It is declared no longer."


class SubscriptionKind(Kind[SubscriptionDocument]):
    """Subscriptions that are not over."""

    name = "Subscription"

    def find(self, desk: Desk, given: SubscriptionDocument) -> str | None:
        """By both sides. One that was declined is there, too, to whoever could but ask for it again."""
        service = desk.service_id(given.service_team or given.team, given.service)
        application = desk.application_id(given.team, given.application)
        query = select(Subscription).where(
            Subscription.service_id == service, Subscription.application_id == application
        )
        rows = desk.work.session.scalars(query.order_by(Subscription.id.desc())).all()
        newest = next(iter(rows), None)
        if newest is not None and newest.status == "rejected" and not self._decides(desk, newest.id):
            return newest.id
        return next((row.id for row in rows if row.status in OPEN), None)

    def present(self, desk: Desk, object_id: str) -> SubscriptionDocument:
        """What it says, less why.

        Raises:
            NotFoundError: it is over.
        """
        view = finding.get_subscription(desk.actor, desk.work, object_id)
        if view.status == "ended":
            raise NotFoundError("The subscription has ended.")
        return SubscriptionDocument(
            kind="Subscription",
            team=desk.team_name(view.application_team_id),
            application=view.application_name,
            service=view.service_name,
            service_team=_other_team(desk, view),
            plan=view.plan_name,
            state=view.status,
            note=view.note,
            expires_at=view.expires_at,
        )

    def export(self, desk: Desk, object_id: str) -> SubscriptionDocument:
        """Why it is suspended, too; with a note of the plan that it waits for."""
        found = self.present(desk, object_id)
        view = finding.get_subscription(desk.actor, desk.work, object_id)
        if view.wanted_plan_name:
            desk.notes.append(f"The subscription {found.label}: not said is its wish for {view.wanted_plan_name}.")
        return found.model_copy(update={"reason": view.reason if found.state == "suspended" else ""})

    def settled(
        self, desk: Desk, given: SubscriptionDocument, present: SubscriptionDocument | None
    ) -> SubscriptionDocument:
        """As it can be made by the actor: what waits for the other side is as it is, and a note says so."""
        team = None if given.service_team == given.team else given.service_team
        update: dict[str, object] = {"service_team": team}
        if given.state in {"requested", "rejected"}:
            update["state"] = "active"
        if present is None:
            return given.model_copy(update=update)
        kept = {"note": present.note, "reason": "", "plan": given.plan or present.plan}
        update |= kept | {"expires_at": given.expires_at or present.expires_at}
        if given.state == "suspended" != present.state:
            update["reason"] = given.reason
        if present.state in {"requested", "rejected"} and not self._decides(desk, self._id(desk, given)):
            desk.notes.append(f"The subscription {given.label} is {present.state}: its service's team decides.")
            update["state"] = present.state
        wanted_plan = finding.get_subscription(desk.actor, desk.work, self._id(desk, given)).wanted_plan_name
        if wanted_plan and wanted_plan == update["plan"] and not self._decides(desk, self._id(desk, given)):
            desk.notes.append(f"The subscription {given.label} waits for the plan {wanted_plan}.")
            update["plan"] = present.plan
        return given.model_copy(update=update)

    def make(self, desk: Desk, wanted: SubscriptionDocument) -> str:
        """Ask for it; whoever decides for the service agrees by that."""
        service = desk.service_id(wanted.service_team or wanted.team, wanted.service)
        application = desk.application_id(wanted.team, wanted.application)
        plan = None if wanted.plan is None else _plan_id(desk, service, wanted.plan)
        made = subscribing.subscribe(desk.actor, desk.work, service, application, plan, wanted.note)
        if made.status == "requested":
            desk.notes.append(f"The subscription {wanted.label} is requested: its service's team decides.")
        self._lead(desk, made, wanted)
        return made.id

    def change(self, desk: Desk, object_id: str, wanted: SubscriptionDocument, present: SubscriptionDocument) -> None:
        """Change plan, state and end."""
        actor, work = desk.actor, desk.work
        view = finding.get_subscription(actor, work, object_id)
        if wanted.plan != present.plan and wanted.plan is not None:
            plan = _plan_id(desk, view.service_id, wanted.plan)
            if view.wanted_plan_id == plan:
                view = deciding.approve(actor, work, object_id, wanted.reason)
            else:
                view = subscribing.change_plan(actor, work, object_id, plan, "")
            if view.wanted_plan_id == plan:
                desk.notes.append(f"The subscription {wanted.label} waits for the plan {wanted.plan}.")
        if view.status == "requested" != wanted.state:
            view = deciding.approve(actor, work, object_id, wanted.reason)
        if view.status == "suspended" != wanted.state:
            view = deciding.resume(actor, work, object_id, wanted.reason)
        self._lead(desk, view, wanted)

    def remove(self, desk: Desk, object_id: str) -> None:
        """End it."""
        deciding.unsubscribe(desk.actor, desk.work, object_id, _GONE)

    def listed(self, desk: Desk) -> Iterable[str]:
        """Those of the actor's own teams' applications that are not over."""
        wanted = SubscriptionFilter(side="application")
        found = every(lambda page: finding.list_subscriptions(desk.actor, desk.work, page, wanted))
        read = Permission.SUBSCRIPTION_READ
        return [one.id for one in found if one.status in OPEN and desk.actor.may(read, one.application_team_id)]

    @staticmethod
    def _lead(desk: Desk, view: SubscriptionView, wanted: SubscriptionDocument) -> None:
        if view.status == "active" and wanted.state == "suspended":
            deciding.suspend(desk.actor, desk.work, view.id, wanted.reason)
        if wanted.expires_at is not None and wanted.expires_at != view.expires_at:
            deciding.set_expiry(desk.actor, desk.work, view.id, wanted.expires_at)

    def _id(self, desk: Desk, given: SubscriptionDocument) -> str:
        found = self.find(desk, given)
        if found is None:
            raise NotFoundError("No such subscription.")
        return found

    @staticmethod
    def _decides(desk: Desk, object_id: str) -> bool:
        return finding.is_owner(desk.actor, finding.get_subscription(desk.actor, desk.work, object_id))


def _other_team(desk: Desk, view: SubscriptionView) -> str | None:
    return None if view.service_team_id == view.application_team_id else desk.team_name(view.service_team_id)


def _plan_id(desk: Desk, service_id: str, name: str) -> str:
    offered = plans.plans_of_service(desk.actor, desk.work, service_id)
    found = next((view.id for view in offered if view.name == name), None)
    if found is None:
        raise NotFoundError(f"The service offers no plan {name}.", field="plan")
    return found
