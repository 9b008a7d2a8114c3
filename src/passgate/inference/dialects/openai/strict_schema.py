"""OpenAI's rule for schemas that it can enforce."""

from typing import Any


def is_strict(schema: dict[str, Any]) -> bool:
    """Tell whether a schema may be sent with ``strict``.

    Every object must forbid further properties and demand all that it names
    (https://platform.openai.com/docs/guides/structured-outputs#supported-schemas). Other formats know no such
    switch: their schemas are enforced where OpenAI can.
    """
    waiting: list[Any] = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            properties = value.get("properties")
            if isinstance(properties, dict):
                required = value.get("required")
                listed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
                if value.get("additionalProperties") is not False or listed != set(properties):
                    return False
            waiting.extend(value.values())
    return True
