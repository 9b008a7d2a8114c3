"""Names of the variables that stand for secrets in an export."""

import re

_NOT_PLAIN = re.compile(r"[^A-Z0-9]+")


def variable_for(*parts: str) -> str:
    """``${ENV:NAME}`` with a name made of those words."""
    return "${ENV:" + _NOT_PLAIN.sub("_", "_".join(parts).upper()).strip("_") + "}"
