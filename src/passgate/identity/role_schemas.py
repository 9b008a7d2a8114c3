"""What the services for roles and scopes take in and give out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from passgate.identity.schemas import Scope
from passgate.kernel.given import Input
from passgate.kernel.permissions import Permission, Role
from passgate.kernel.text import Line, Paragraph

_MOST = 50
_BUILT_IN = {role.value for role in Role}


def _is_not_built_in(value: str) -> str:
    if value.lower() in _BUILT_IN:
        raise ValueError("a built-in role has this name")
    return value


def _has_each_once(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("each one once")
    return values


RoleName = Annotated[Line, AfterValidator(_is_not_built_in)]
ApplicationRoleName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
Permissions = Annotated[list[Permission], Field(max_length=len(Permission)), AfterValidator(_has_each_once)]


class CustomRoleIn(Input):
    """A new role: of a team, or, without one, of the whole organisation."""

    team_id: str | None = Field(default=None, max_length=40, description="Null: any team may give it to its members.")
    name: RoleName
    description: Paragraph = ""
    permissions: Permissions


class CustomRoleChange(Input):
    """What is to change of a role; what is left out stays."""

    name: RoleName | None = None
    description: Paragraph | None = None
    permissions: Permissions | None = None


class ApplicationRolesIn(Input):
    """All roles that an application is to bear in its tokens."""

    roles: Annotated[list[ApplicationRoleName], Field(max_length=_MOST), AfterValidator(_has_each_once)]


class ScopeIn(Input):
    """A new scope of the catalogue."""

    team_id: Annotated[str, Field(max_length=40)]
    name: Scope
    description: Paragraph = ""
    service_id: str | None = Field(default=None, max_length=40, description="The service that it is for, if one.")
    audience: Annotated[str, Field(max_length=200, description="`aud` of the tokens that it belongs in.")] = ""


class ScopeChange(Input):
    """What is to change of a scope; its name never does, since tokens bear it."""

    description: Paragraph | None = None
    service_id: str | None = Field(default=None, max_length=40)
    audience: Annotated[str, Field(max_length=200)] | None = None


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role, built-in or custom."""

    id: str
    name: str
    description: str
    team_id: str | None
    is_built_in: bool
    permissions: Sequence[Permission]
    holders: int
    """How many hold it: members of teams, and users who hold it over everything."""
    can_edit: bool


@dataclass(frozen=True, slots=True)
class ScopeView:
    """A scope with the applications of other teams that may have it."""

    id: str
    name: str
    description: str
    team_id: str
    service_id: str | None
    audience: str
    granted_to: Sequence[str]
