"""Policies of AI calls."""

from collections.abc import Iterable

from sqlalchemy import select

from passgate.catalog.models import Policy
from passgate.catalog.policy_schemas import PolicyIn
from passgate.catalog.service import policies
from passgate.declaring.ai_documents import AiPolicyDocument
from passgate.declaring.desk import Desk, every, only
from passgate.declaring.documents import ApplicationRef
from passgate.declaring.kinds.kind import Kind
from passgate.identity.models import Application
from passgate.kernel.errors import InvalidInputError

_PLAIN = ("name", "model", "cache_seconds", "max_prompt_bytes", "max_output_tokens", "masking", "is_enabled")


class AiPolicyKind(Kind[AiPolicyDocument]):
    """What is masked, kept and bounded."""

    name = "AiPolicy"

    def find(self, desk: Desk, given: AiPolicyDocument) -> str | None:
        """By team and name."""
        team_id = None if given.team is None else desk.team_id(given.team)
        query = select(Policy.id).where(Policy.team_id == team_id, Policy.name == given.name)
        return only(desk.work.session.scalars(query).all(), f"policies named {given.name}", "name")

    def present(self, desk: Desk, object_id: str) -> AiPolicyDocument:
        """What it says.

        Raises:
            InvalidInputError: it concerns an application that is gone, or that the actor may not know of.
        """
        view = policies.get_policy(desk.actor, desk.work, object_id)
        return AiPolicyDocument(
            kind="AiPolicy",
            team=None if view.team_id is None else desk.team_name(view.team_id),
            application=self._ref(desk, view.name, view.application_id),
            **{name: getattr(view, name) for name in _PLAIN},
        )

    def make(self, desk: Desk, wanted: AiPolicyDocument) -> str:
        """Make it."""
        return policies.create_policy(desk.actor, desk.work, self._given(desk, wanted)).id

    def change(self, desk: Desk, object_id: str, wanted: AiPolicyDocument, present: AiPolicyDocument) -> None:
        """Change all of it."""
        del present
        policies.replace_policy(desk.actor, desk.work, object_id, self._given(desk, wanted))

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it."""
        policies.delete_policy(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [view.id for view in every(lambda page: policies.list_policies(desk.actor, desk.work, page))]

    @staticmethod
    def _given(desk: Desk, wanted: AiPolicyDocument) -> PolicyIn:
        ref = wanted.application
        return PolicyIn(
            team_id=None if wanted.team is None else desk.team_id(wanted.team),
            application_id=None if ref is None else desk.known_application_id(ref, field="application"),
            **{name: getattr(wanted, name) for name in _PLAIN},
        )

    @staticmethod
    def _ref(desk: Desk, name: str, application_id: str | None) -> ApplicationRef | None:
        if application_id is None:
            return None
        row = desk.work.session.get(Application, application_id)
        if row is None or not desk.knows_application(row):
            rule = f"The policy {name} concerns an application that is gone, or that is not yours to know of."
            raise InvalidInputError(rule, field="application")
        return desk.application_ref(row.id)
