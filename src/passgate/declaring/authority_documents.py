"""The documents of roles, scopes and trusted issuers: who may what, and whose word on that is taken."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from passgate.declaring.documents import ApplicationRef, Document, TeamName
from passgate.identity.issuers.schemas import Algorithm, ClaimName, ClaimValue, IssuerUrl, KeySetUrl
from passgate.identity.role_schemas import Permissions, RoleName
from passgate.identity.schemas import Scope
from passgate.kernel.text import Line, Paragraph

_MOST_GRANTS = 1_000
_MOST_VALUES = 100
_MOST_CLAIMS = 10


class RoleDocument(Document):
    """A role that an organisation, or a team, makes for itself. Who holds it is no part of it."""

    kind: Literal["Role"]
    team: Line | None = Field(default=None, description="Null: any team may give it to its members.")
    name: RoleName
    description: Paragraph = ""
    permissions: Permissions

    @property
    def key(self) -> tuple[str, ...]:
        """Team and name."""
        return (self.team or "", self.name)


class ScopeDocument(Document):
    """A scope of the catalogue, and who may have it in tokens."""

    kind: Literal["Scope"]
    team: TeamName
    name: Scope
    description: Paragraph = ""
    service: Line | None = Field(default=None, description="Name of the team's service that it is for, if one.")
    audience: Annotated[str, Field(max_length=200, description="`aud` of the tokens that it belongs in.")] = ""
    granted_to: Annotated[tuple[ApplicationRef, ...], Field(max_length=_MOST_GRANTS)] = Field(
        default=(), description="Applications of other teams that may have it; those of its own team may anyway."
    )

    @property
    def key(self) -> tuple[str, ...]:
        """The name: no two scopes share one."""
        return (self.name,)


class TrustedIssuerDocument(Document):
    """An issuer of others whose tokens pass the gate. Its keys are fetched when it is declared first."""

    kind: Literal["TrustedIssuer"]
    name: Line
    issuer: IssuerUrl = Field(description="What `iss` of its tokens is, to the letter.")
    jwks_uri: KeySetUrl | None = Field(default=None, description="Null: found by its discovery document.")
    audiences: Annotated[tuple[ClaimValue, ...], Field(min_length=1, max_length=20)] = Field(
        description="One of them must stand in `aud`."
    )
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("RS256", "ES256")
    token_type: Literal["at+jwt"] | None = Field(default=None, description="What `typ` must be; null: anything.")
    application: ApplicationRef | None = Field(default=None, description="Whose calls all its tokens are.")
    application_claim: ClaimName | None = Field(default=None, description="The claim that says whose call it is.")
    applications: Annotated[dict[ClaimValue, ApplicationRef], Field(max_length=_MOST_VALUES)] = Field(
        default={}, description="Value of that claim to application."
    )
    required_claims: Annotated[
        dict[Line, Annotated[tuple[ClaimValue, ...], Field(min_length=1, max_length=_MOST_VALUES)]],
        Field(max_length=_MOST_CLAIMS),
    ] = Field(default={}, description="Claims and their allowed values.")
    needs_jti: bool = Field(default=True, description="Refuse tokens without `jti`.")
    is_enabled: bool = True

    @model_validator(mode="after")
    def _says_whose_calls(self) -> Self:
        if (self.application is None) == (self.application_claim is None):
            raise ValueError("either application, or application_claim with applications")
        if (self.application_claim is None) != (not self.applications):
            raise ValueError("application_claim and applications go together")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """The issuer, to the letter."""
        return (self.issuer,)

    @property
    def label(self) -> str:
        """The name."""
        return self.name
