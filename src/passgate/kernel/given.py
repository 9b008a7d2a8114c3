"""The base of all that comes in from outside."""

from pydantic import BaseModel, ConfigDict


class Input(BaseModel):
    """Base of what comes in: a field it does not know is refused, so that a typing error changes nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
