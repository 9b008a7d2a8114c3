"""What calls said, as it is given out."""

from pydantic import BaseModel, ConfigDict


class BodyView(BaseModel):
    """One call's request and answer, as they went to the vendor and to the client; masked where a policy masks."""

    model_config = ConfigDict(frozen=True)

    request: str
    """What is no text is told by its kind and size."""
    request_bytes: int
    """Of the whole; more than ``request`` has where it was cut."""
    reply: str
    """A stream as its bytes came."""
    reply_bytes: int
