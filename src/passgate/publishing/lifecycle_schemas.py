"""What the services of a version's life take in and give out."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from passgate.kernel.given import Input
from passgate.kernel.text import Paragraph
from passgate.publishing.version_schemas import VersionName

ScheduledAct = Literal["publish", "deprecate", "retire"]
Successor = Annotated[
    VersionName | None,
    Field(description="Name of the version that takes its place; left out: as it was; null: none."),
]
Weight = Annotated[int, Field(ge=0, le=100, description="Percent of the version's calls.")]


class PublishIn(Input):
    """How much of the version's calls a revision gets."""

    weight: Weight = 100


class WeightsIn(Input):
    """The calls of a version, shared between revisions."""

    weights: Annotated[dict[str, Weight], Field(min_length=1, max_length=10)] = Field(
        description="Revision's id to percent; they add up to 100. With 0 a revision is reached by its header alone."
    )


class DeprecationIn(Input):
    """What callers of a version are told."""

    deprecated_at: AwareDatetime | None = Field(default=None, description="Null: now, or as it was.")
    sunset_at: AwareDatetime | None = Field(default=None, description="When it retires itself; null: not yet known.")
    successor: Successor = None


class RetirementIn(Input):
    """What callers of a version are told when it is closed."""

    successor: Successor = None


class ReviewIn(Input):
    """What a reviewer says."""

    note: Paragraph = ""


class ScheduleIn(Input):
    """A step to be made at a moment."""

    act: ScheduledAct
    due_at: AwareDatetime
    revision_id: str | None = Field(default=None, description="Of publish: the revision.")
    weight: Weight = 100
    sunset_at: AwareDatetime | None = Field(default=None, description="Of deprecate.")
    successor: VersionName | None = Field(default=None, description="Of deprecate and retire; null: as it was.")

    @model_validator(mode="after")
    def _names_a_revision(self) -> Self:
        if (self.act == "publish") != (self.revision_id is not None):
            raise ValueError("publish, and nothing else, names a revision_id")
        return self


class ScheduleView(BaseModel):
    """A step that is planned, made, or was refused."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    service_id: str
    version_id: str
    act: ScheduledAct
    details: dict[str, str | int | None]
    due_at: datetime
    status: Literal["pending", "done", "failed", "cancelled"]
    done_at: datetime | None
    failure: str
    created_at: datetime
    created_by: str
