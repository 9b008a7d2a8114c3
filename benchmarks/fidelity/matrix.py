"""Each feature of a request on its way to each dialect: translated, refused, or left out by name; never lost."""

import json
from collections.abc import Iterator
from typing import Literal

from benchmarks.fidelity import gate
from benchmarks.fidelity.features import Feature, features
from passgate.inference.translation import InvalidRequestError

Fate = Literal["unchanged", "translated", "partly", "refused", "named", "lost"]
"""``partly``: translated, and what is not is named; ``lost``: nothing of it was sent, and nothing said."""


def fate(feature: Feature, dialect: str) -> tuple[Fate, str]:
    """What becomes of a feature, and under which name it was refused or left out."""
    to = gate.target(dialect)
    if feature.form == dialect:
        return "unchanged", ""
    before = gate.opened(feature.form, feature.without, to)
    try:
        after = gate.opened(feature.form, feature.given, to)
    except InvalidRequestError as refused:
        return ("refused", refused.field) if refused.field else ("lost", str(refused))
    names = ", ".join(name for name in after.dropped if name not in before.dropped)
    sent, plain = (json.loads(exchange.request.body) for exchange in (after, before))
    if sent == plain:
        return ("named", names) if names else (("translated", "") if _is_default(feature, dialect) else ("lost", ""))
    return ("partly", names) if names else ("translated", "")


def _is_default(feature: Feature, dialect: str) -> bool:
    """What is asked for is what the target does unasked."""
    return (feature.name, dialect) in UNASKED


UNASKED = {
    ("tool_choice: auto", "cohere"),
    ("tool_choice: auto", "ollama"),
    ("thinking switched off", "bedrock"),
    ("reasoning effort: none", "bedrock"),
    ("reasoning effort: none", "anthropic"),
    ("thinking as the model likes", "gemini"),
}
"""What a dialect does unasked, so that nothing need be sent."""


def render() -> Iterator[str]:
    """The matrix, as a chapter of the page."""
    yield "## Each feature, to each dialect"
    yield ""
    yield "`=` the client's own format, passed on unchanged; `✓` translated; `◐` translated, the rest is named;"
    yield "`·` left out by name;"
    yield (
        "`✗` refused by name. The models that the requests name: "
        + ", ".join(f"{model} ({dialect})" for dialect, model in gate.MODELS.items())
        + "."
    )
    yield ""
    yield "| feature | told as | " + " | ".join(gate.DIALECTS) + " |"
    yield "|---" * (len(gate.DIALECTS) + 2) + "|"
    signs = {"unchanged": "=", "translated": "✓", "partly": "◐", "named": "·", "refused": "✗", "lost": "LOST"}
    for feature in features():
        cells = " | ".join(signs[fate(feature, dialect)[0]] for dialect in gate.DIALECTS)
        yield f"| {feature.name} | {feature.form} | {cells} |"
