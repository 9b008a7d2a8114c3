"""Policies of AI calls: what is masked, cached and bounded."""

from passgate.catalog import repository
from passgate.catalog.models import Policy
from passgate.catalog.policy_schemas import (
    MaskingFindCount,
    MaskingTrialIn,
    MaskingTrialView,
    PolicyIn,
    PolicyView,
)
from passgate.contracts.ai_policy import MaskingRule
from passgate.contracts.masking import finders_of, replaced
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def list_policies(actor: Actor, work: Work, page: PageRequest) -> Page[PolicyView]:
    """The policies of the actor's teams and of the whole organisation, newest first.

    Raises:
        ForbiddenError: without the permission model:read.
    """
    actor.require_somewhere(Permission.MODEL_READ)
    found = repository.policies_page(work, page, actor.teams_with(Permission.MODEL_READ))
    return Page([PolicyView.model_validate(row) for row in found.items], found.next_cursor)


def get_policy(actor: Actor, work: Work, policy_id: str) -> PolicyView:
    """One policy.

    Raises:
        NotFoundError: no such policy, or one of a team that the actor has no part in.
        ForbiddenError: without the permission model:read.
    """
    return PolicyView.model_validate(_readable(actor, work, policy_id))


def create_policy(actor: Actor, work: Work, given: PolicyIn) -> PolicyView:
    """Make a policy; it holds for the next call.

    Raises:
        ForbiddenError: without the permission model:write in the team, or everywhere where no team is named.
        NotFoundError: no such team, or none that the actor has a part in.
        InvalidInputError: two rules of one name.
    """
    actor.require(Permission.MODEL_WRITE, given.team_id, what="team")
    row = Policy(id=work.ids.new("pol"), team_id=given.team_id, created_at=work.clock.now())
    _fill(row, given)
    with refusing(work, NotFoundError("No such team.", field="team_id")):
        work.session.add(row)
    return PolicyView.model_validate(row)


def replace_policy(actor: Actor, work: Work, policy_id: str, given: PolicyIn) -> PolicyView:
    """Replace all that a policy says; the team that it belongs to stays.

    Raises:
        NotFoundError: as :func:`get_policy`.
        ForbiddenError: without the permission model:write.
        InvalidInputError: another team, or two rules of one name.
    """
    row = _writable(actor, work, policy_id)
    if given.team_id != row.team_id:
        raise InvalidInputError("A policy stays with its team; make another one instead.", field="team_id")
    _fill(row, given)
    work.session.flush()
    return PolicyView.model_validate(row)


def delete_policy(actor: Actor, work: Work, policy_id: str) -> None:
    """Remove a policy.

    Raises:
        NotFoundError: as :func:`get_policy`.
        ForbiddenError: without the permission model:write.
    """
    work.session.delete(_writable(actor, work, policy_id))
    work.session.flush()


def try_masking(actor: Actor, work: Work, given: MaskingTrialIn) -> MaskingTrialView:
    """What rules would do to a text.

    Raises:
        ForbiddenError: without the permission model:read.
        InvalidInputError: two rules of one name.
    """
    del work
    actor.require_somewhere(Permission.MODEL_READ)
    _check_names(given.masking)
    text, finds = given.text, list[MaskingFindCount]()
    for finder in finders_of(tuple(rule for rule in given.masking if given.place in rule.places)):
        text, count = replaced(finder, text)
        if count:
            finds.append(MaskingFindCount(rule=finder.name, action=finder.action, count=count))
        if count and finder.action == "block":
            return MaskingTrialView(text="", blocked_by=finder.name, finds=tuple(finds))
    return MaskingTrialView(text=text, blocked_by=None, finds=tuple(finds))


def _check_names(rules: tuple[MaskingRule, ...]) -> None:
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        raise InvalidInputError("Each masking rule needs a name of its own.", field="masking")


def _fill(row: Policy, given: PolicyIn) -> None:
    _check_names(given.masking)
    row.name = given.name
    row.application_id = given.application_id
    row.model = given.model
    row.cache_seconds = given.cache_seconds
    row.max_prompt_bytes = given.max_prompt_bytes
    row.max_output_tokens = given.max_output_tokens
    row.masking = [rule.model_dump(mode="json") for rule in given.masking]
    row.is_enabled = given.is_enabled


def _readable(actor: Actor, work: Work, policy_id: str) -> Policy:
    row = repository.find_policy(work, policy_id)
    if row is None or row.team_id is None:
        actor.require_somewhere(Permission.MODEL_READ)
    if row is None:
        raise NotFoundError("No such policy.")
    if row.team_id is not None:
        actor.require(Permission.MODEL_READ, row.team_id, what="policy")
    return row


def _writable(actor: Actor, work: Work, policy_id: str) -> Policy:
    row = _readable(actor, work, policy_id)
    actor.require(Permission.MODEL_WRITE, row.team_id, what="policy")
    return row
