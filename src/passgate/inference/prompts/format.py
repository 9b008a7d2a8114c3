"""Prompt services among the formats that clients speak: what they share with the others is how errors are worded."""

from typing import Any

from passgate.inference.exchange.ports import Format
from passgate.inference.prompts.problem import MEDIA_TYPE, error_body, stream_error


def _check(document: dict[str, Any]) -> None:
    """A prompt's input is checked against its own variables."""


FORMAT = Format("prompt", _check, error_body, stream_error, error_type=MEDIA_TYPE)
