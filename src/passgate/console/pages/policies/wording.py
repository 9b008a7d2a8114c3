"""Policies in people's words, and masking rules as people write them."""

from typing import get_args

from pydantic import ValidationError

from passgate.catalog.policy_schemas import PolicyView
from passgate.console.formatting import byte_count, grouped
from passgate.contracts.ai_policy import MaskingAction, MaskingKind, MaskingPlace, MaskingRule
from passgate.kernel.errors import InvalidInputError

RULES_HELP = (
    "One rule a line: name, what it looks for (email, phone, card, secret), what it does (mask, block, note), and "
    "where (request, reply; both unless said). A pattern of your own stands last in its line: ticket note "
    "pattern=TCK-\\d{1,9}"
)
RULES_EXAMPLE = "mail email mask\ncard card block request\ncase pattern=case no\\. \\d{3,6}"


def masked_by(rules: tuple[MaskingRule, ...]) -> str:
    """The rules by name, in short."""
    return ", ".join(f"{rule.name} ({rule.action})" for rule in rules) or "nothing"


def other_rules(policy: PolicyView) -> str:
    """What a policy says besides masking."""
    parts = []
    if policy.cache_seconds is not None:
        parts.append(f"cache {grouped(policy.cache_seconds)} s" if policy.cache_seconds else "no cache")
    if policy.max_prompt_bytes is not None:
        parts.append(f"prompts to {byte_count(policy.max_prompt_bytes)}")
    if policy.max_output_tokens is not None:
        parts.append(f"answers to {grouped(policy.max_output_tokens)} tokens")
    return ", ".join(parts)


def write_rules(rules: tuple[MaskingRule, ...]) -> str:
    """Rules, one a line."""
    return "\n".join(_line(rule) for rule in rules)


def read_rules(text: str) -> tuple[MaskingRule, ...]:
    """Rules from lines.

    Raises:
        InvalidInputError: names the line and what is wrong with it.
    """
    return tuple(_rule(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def _line(rule: MaskingRule) -> str:
    places = "" if len(rule.places) == len(get_args(MaskingPlace)) else f" {rule.places[0]}"
    if rule.pattern is not None:
        return f"{rule.name} {rule.action}{places} pattern={rule.pattern}"
    return f"{rule.name} {rule.kind} {rule.action}{places}"


def _rule(number: int, line: str) -> MaskingRule:
    words, mark, pattern = line.partition(" pattern=")
    name, *rest = words.split()
    given: dict[str, object] = {"name": name}
    if mark:
        given |= {"kind": "pattern", "pattern": pattern.strip()}
    places = []
    for word in rest:
        if word in get_args(MaskingKind) and not mark:
            given["kind"] = word
        elif word in get_args(MaskingAction):
            given["action"] = word
        elif word in get_args(MaskingPlace):
            places.append(word)
        else:
            raise InvalidInputError(f"Line {number}: '{word}' is not known here.", field="masking")
    if places:
        given["places"] = places
    try:
        return MaskingRule.model_validate(given)
    except ValidationError as error:
        told = error.errors(include_url=False)[0]
        what = ".".join(map(str, told["loc"])) or "rule"
        message = told["msg"].removeprefix("Value error, ")
        raise InvalidInputError(f"Line {number}: {what}: {message}.", field="masking") from None
