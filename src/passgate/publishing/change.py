"""A difference between two revisions, in words."""

from typing import Literal

from pydantic import BaseModel

Part = Literal["route", "policy", "upstream", "document", "prompt", "answer"]
Way = Literal["added", "removed", "changed"]


class Change(BaseModel):
    """One difference."""

    part: Part
    way: Way
    name: str
    """Of what has changed, such as ``GET /orders/{id}``."""
    text: str
    breaking: bool = False
    """Whether a call that was answered before may be refused, or answered otherwise, after."""
