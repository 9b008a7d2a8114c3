"""What a call said, on its way from a worker to the database; sealed from the worker on."""

from pydantic import BaseModel, ConfigDict

LONGEST_BODY = 64 * 1024
"""Bytes that are kept of a request, and of an answer."""
BODIES_FOLDER = "bodies"
"""In the node's spool: one file a call, which is deleted when the database has it."""


class BodyRecord(BaseModel):
    """One call's request and answer; texts are sealed by the master key."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    request_id: str
    start: str
    """ISO 8601 with microseconds, UTC."""
    application_id: str
    team_id: str
    model: str
    sealed_request: str
    sealed_reply: str
    request_bytes: int
    """Of the whole; more than the text has where it was cut."""
    reply_bytes: int
