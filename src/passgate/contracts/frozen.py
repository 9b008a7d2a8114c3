"""The base of every contract: frozen, and strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A frozen model that crosses processes; a field it does not know is refused, so versions cannot mix silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")
