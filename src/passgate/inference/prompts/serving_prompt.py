"""A prompt made ready to be called: its templates cut, its schema compiled."""

from functools import cached_property
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry

from passgate.contracts.prompt import PromptDefinition, PublishedPrompt
from passgate.contracts.prompt_template import pieces_of
from passgate.inference.described.schema_rules import COUNTING_VALIDATOR

_NOTHING_REMOTE: Registry[Any] = Registry()
"""Without it, a schema that refers to a URL would have the worker fetch it."""


class ServingPrompt:
    """One revision; what costs time is made when it is first called."""

    def __init__(self, published: PublishedPrompt) -> None:
        self.revision_id = published.revision_id
        self.service_id = published.service_id
        self.team_id = published.team_id
        self.definition: PromptDefinition = published.definition.without_tests()
        self.system = pieces_of(published.definition.system)
        self.user = pieces_of(published.definition.user)

    @cached_property
    def validator(self) -> Validator | None:
        """Of the answer; None: any text."""
        schema = self.definition.output_schema
        if schema is None:
            return None
        checker = Draft202012Validator.FORMAT_CHECKER
        made: Validator = COUNTING_VALIDATOR(schema, registry=_NOTHING_REMOTE, format_checker=checker)
        return made

    @cached_property
    def schema_text(self) -> str:
        """The schema as a model is told of it."""
        return orjson.dumps(self.definition.output_schema).decode()
