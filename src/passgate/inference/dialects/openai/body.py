"""A request's body for an OpenAI-compatible vendor while it is written."""

from typing import Any

from passgate.inference.dialects.openai.profile import OpenAIProfile
from passgate.inference.exchange.left_out import LeftOut


class Body:
    """The body, minus what the vendor refuses, with the vendor's own names."""

    def __init__(self, profile: OpenAIProfile, left_out: LeftOut) -> None:
        self.document: dict[str, Any] = {}
        self.profile = profile
        self.left_out = left_out

    def put(self, member: str, name: str, value: object) -> None:
        """Write a member of the neutral request under OpenAI's name, or the vendor's own."""
        if value is None:
            return
        if name in self.profile.refuses:
            self.left_out.member(member)
        else:
            self.document[self.profile.renames.get(name, name)] = value
