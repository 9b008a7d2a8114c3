"""Checks of the few fields that the gate itself must read, named as the client knows them."""

from typing import Any

from passgate.inference.translation import InvalidRequestError


def check_model(document: dict[str, Any]) -> None:
    """Refuse a request without the name of a model."""
    model = document.get("model")
    if model is None:
        raise InvalidRequestError("The field 'model' is missing.", code="missing_field", field="model")
    if not isinstance(model, str) or not model:
        raise InvalidRequestError("The field 'model' must be a non-empty string.", field="model")


def check_stream(document: dict[str, Any]) -> None:
    """Refuse a ``stream`` that is neither true nor false."""
    if not isinstance(document.get("stream"), bool | None):
        raise InvalidRequestError("The field 'stream' must be true or false.", field="stream")


def check_messages(document: dict[str, Any]) -> None:
    """Refuse a request without messages, or with messages that are no objects."""
    messages = document.get("messages")
    if messages is None:
        raise InvalidRequestError("The field 'messages' is missing.", code="missing_field", field="messages")
    if not isinstance(messages, list) or not messages:
        raise InvalidRequestError("The field 'messages' must be a non-empty list.", field="messages")
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            path = f"messages[{index}]"
            raise InvalidRequestError(f"'{path}' must be an object.", field=path)
