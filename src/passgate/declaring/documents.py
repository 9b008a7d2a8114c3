"""The base of all documents, and those of teams and applications; each names things by name, never by id.

What a document leaves out has its default: a document says all of the thing. Only what is marked so keeps its value.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from passgate.identity.role_schemas import ApplicationRoleName
from passgate.identity.schemas import MAX_BODY_LOG_DAYS, Email
from passgate.kernel.given import Input
from passgate.kernel.text import Line, Paragraph

TeamName = Annotated[Line, Field(description="Name of the team that it belongs to.")]


class Document(Input):
    """The base of all."""

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from others of its kind."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """The key, for people."""
        return " / ".join(part for part in self.key if part)


class ApplicationRef(Input):
    """An application of some team."""

    team: TeamName
    application: Line


class TeamDocument(Document):
    """A team."""

    kind: Literal["Team"]
    name: Line

    @property
    def key(self) -> tuple[str, ...]:
        """The name."""
        return (self.name,)


class TeamRolePart(Input):
    """A role in a team."""

    team: TeamName
    role: Annotated[Line, Field(description="`owner`, `developer`, `viewer`, or a custom role's name.")]


class UserDocument(Document):
    """A user, without a password: who is made by it signs in by an identity provider, or once one is set."""

    kind: Literal["User"]
    email: Email
    name: Line
    is_admin: bool = False
    is_active: bool = True
    role: Line | None = Field(default=None, description="Name of a custom role held over everything; null: none.")
    teams: Annotated[tuple[TeamRolePart, ...], Field(max_length=500)] | None = Field(
        default=None, description="Null: as they are."
    )

    @model_validator(mode="after")
    def _is_in_each_team_once(self) -> Self:
        names = [part.team for part in self.teams or ()]
        if len(set(names)) < len(names):
            raise ValueError("teams: each once")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """The e-mail."""
        return (self.email,)


class ApplicationDocument(Document):
    """An application of a team."""

    kind: Literal["Application"]
    team: TeamName
    name: Line
    description: Paragraph = ""
    models: Annotated[tuple[Line, ...], Field(max_length=500)] | None = Field(
        default=None, description="Models it may use; null: all."
    )
    is_active: bool = True
    body_log_days: Annotated[int, Field(ge=1, le=MAX_BODY_LOG_DAYS)] | None = Field(
        default=None, description="Log what its AI calls say, for so many days; null: not at all."
    )
    roles: Annotated[tuple[ApplicationRoleName, ...], Field(max_length=50)] | None = Field(
        default=None, description="What stands in the claim `roles` of its tokens; null: as it is."
    )

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team, self.name)
