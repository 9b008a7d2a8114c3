"""What the services of versions and revisions take in and give out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from passgate.kernel.given import Input
from passgate.kernel.text import Paragraph
from passgate.publishing.definition_input import DefinitionIn, DefinitionView
from passgate.publishing.hosts import Hosts

VersionState = Literal["draft", "published", "deprecated", "retired"]
RevisionState = Literal["draft", "in_review", "approved", "rejected", "published", "superseded"]

VersionName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$"),
    Field(description="Such as v1: lower-case letters, digits and . _ -; it never changes.", examples=["v2"]),
]


class VersionIn(Input):
    """A new version, with its first revision as a draft."""

    name: VersionName
    hosts: Hosts = Field(default=(), description="Where versions are selected by host.")
    definition: DefinitionIn | None = Field(default=None, description="Null: that of the revision copied.")
    copy_of: str | None = Field(default=None, description="Id of a revision of this service to start from.")
    note: Paragraph = ""


class VersionChange(Input):
    """What is to change of a version."""

    hosts: Hosts | None = None
    successor: VersionName | None = None


class RevisionIn(Input):
    """A new revision, as a draft."""

    definition: DefinitionIn | None = Field(default=None, description="Null: that of the newest revision.")
    note: Paragraph = Field(default="", description="What changed.")


class RevisionChange(Input):
    """What is to change of a draft."""

    definition: DefinitionIn | None = None
    note: Paragraph | None = None
    based_on: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None,
        description="`digest` of the draft that the change was made from: where it says something else by now, the "
        "change is refused (409). Null: whatever it says.",
    )


class LiveRevision(BaseModel):
    """A revision that gets calls."""

    id: str
    number: int
    weight: int


class VersionView(BaseModel):
    """A version, with the revisions that get its calls."""

    id: str
    service_id: str
    name: str
    hosts: list[str]
    status: VersionState
    is_default: bool
    deprecated_at: datetime | None
    sunset_at: datetime | None
    successor: str | None
    retired_at: datetime | None
    created_at: datetime
    published_at: datetime | None
    live: list[LiveRevision]


class RevisionView(BaseModel):
    """A revision, less what it says."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    service_id: str
    version_id: str
    number: int
    status: RevisionState
    weight: int | None
    """Percent of the version's calls; None: not published."""
    digest: str
    """SHA-256 of what it says: another one, where somebody has changed the draft."""
    note: str
    created_at: datetime
    created_by: str
    submitted_at: datetime | None
    submitted_by: str | None
    reviewed_at: datetime | None
    reviewed_by: str | None
    review_note: str
    published_at: datetime | None
    published_by: str | None


class RevisionDetail(RevisionView):
    """A revision with all that it says, less its secrets."""

    definition: DefinitionView
