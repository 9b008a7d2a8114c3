"""Who made a model that Bedrock offers: some members of a request mean something to one family only."""

import re
from typing import Literal

Family = Literal["anthropic", "nova", "titan", "cohere", "openai", "other"]

_WORDS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    ("anthropic", re.compile(r"anthropic\.|claude")),
    ("nova", re.compile(r"amazon\.nova|(?<![a-z])nova-")),
    ("titan", re.compile(r"titan")),
    ("cohere", re.compile(r"cohere\.")),
    ("openai", re.compile(r"openai\.")),
)


def family_of(vendor_model: str) -> Family:
    """The family, told from the model's id; the ARN of an application's own profile tells none."""
    name = vendor_model.lower()
    return next((family for family, words in _WORDS if words.search(name)), "other")
