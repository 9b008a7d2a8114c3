"""Groups at a provider become roles here, at every sign-in anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from passgate.identity import repository
from passgate.identity.issuers.schemas import EVERYBODY, GroupRule
from passgate.identity.models import Membership, Team, User
from passgate.kernel.permissions import Role
from passgate.storage.work import Work

_RANKS = (Role.VIEWER, Role.DEVELOPER, Role.OWNER)
_MAX_GROUPS = 2000


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups that a claim names; a single one may stand as a text."""
    value = claims.get(claim)
    many = value if isinstance(value, list) else [value]
    return frozenset(one for one in many[:_MAX_GROUPS] if isinstance(one, str)) | {EVERYBODY}


def apply_rules(work: Work, user: User, rules: Sequence[GroupRule], groups: frozenset[str]) -> None:
    """Give and take the roles that the rules speak of; teams that no rule names stay as they are.

    The last administrator stays one, so that a wrong rule locks nobody out.
    """
    held = [rule for rule in rules if rule.group in groups]
    if any(rule.role is Role.ADMIN for rule in rules):
        _set_admin(work, user, is_admin=any(rule.role is Role.ADMIN for rule in held))
    for team_id in sorted({rule.team_id for rule in rules if rule.team_id is not None}):
        ranks = [_RANKS.index(rule.role) for rule in held if rule.team_id == team_id]
        _set_role(work, user, team_id, _RANKS[max(ranks)] if ranks else None)


def _set_admin(work: Work, user: User, *, is_admin: bool) -> None:
    if user.is_admin and not is_admin and repository.count_active_admins(work) <= 1:
        return
    user.is_admin = is_admin


def _set_role(work: Work, user: User, team_id: str, role: Role | None) -> None:
    membership = work.session.get(Membership, (user.id, team_id))
    if role is None:
        if membership is not None:
            work.session.delete(membership)
    elif membership is None:
        if work.session.get(Team, team_id) is not None:
            work.session.add(Membership(user_id=user.id, team_id=team_id, role=role))
    else:
        membership.role = role
