"""Notices as they go out."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class UnreadNotices(BaseModel):
    """How many notices nobody has put away."""

    count: int


class NoticeView(BaseModel):
    """A notice."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    team_id: str
    kind: str
    subject: str
    """The id of what it is about, such as a subscription."""
    service_id: str | None
    text: str
    created_at: datetime
    read_at: datetime | None
