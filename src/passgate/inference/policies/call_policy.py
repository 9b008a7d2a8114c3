"""The policies that hold for one application and one model, made one, and what they say of a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from passgate.contracts.ai_policy import AiPolicy, MaskingPlace
from passgate.contracts.masking import Finder, finders_of
from passgate.inference.exact_document import exact_document
from passgate.inference.json_text import Json, write_json
from passgate.inference.policies.masker import Hits, Masker
from passgate.inference.translation import InboundFormat, InvalidRequestError, ParsedRequest
from passgate.kernel.errors import PassgateError

_OUTPUT_MEMBERS: dict[InboundFormat, tuple[tuple[str, ...], ...]] = {
    "openai-chat": (("max_completion_tokens",), ("max_tokens",)),
    "openai-responses": (("max_output_tokens",),),
    "anthropic-messages": (("max_tokens",),),
    "gemini": (("generationConfig", "maxOutputTokens"), ("generation_config", "max_output_tokens")),
    "gemini-array": (("generationConfig", "maxOutputTokens"), ("generation_config", "max_output_tokens")),
}
"""Where each format says how long the answer may be; the first is used where none is given."""


class PromptTooLargeError(PassgateError):
    """The request is larger than a policy allows."""

    status = 413
    code = "prompt_too_large"


class FormNotMaskedError(PassgateError):
    """A form with files cannot be searched, and a policy says that what is sent must be."""

    status = 403
    code = "form_refused"


class OutputLimitError(InvalidRequestError):
    """The request asks for a longer answer than a policy allows."""

    code = "output_limit"


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """What holds for a call."""

    digest: str
    """Differs where the rules differ; an answer masked by others is not taken from the cache."""
    cache_seconds: int | None
    max_prompt_bytes: int | None
    max_output_tokens: int | None
    on_request: tuple[Finder, ...]
    on_reply: tuple[Finder, ...]

    def applied(self, parsed: ParsedRequest, hits: Hits) -> ParsedRequest:
        """The request as it may go to a vendor.

        Raises:
            PromptTooLargeError: it is larger than allowed.
            OutputLimitError: it asks for more output than allowed.
            ContentBlockedError: a rule that blocks has found something.
            FormNotMaskedError: it is a form, and would have to be masked.
            InvalidRequestError: it must be written anew and cannot be.
        """
        if self.max_prompt_bytes is not None and len(parsed.raw) > self.max_prompt_bytes:
            raise PromptTooLargeError(
                f"The request has {len(parsed.raw)} bytes; a policy allows {self.max_prompt_bytes}."
            )
        limited = self._with_output_limit(parsed)
        if not self.on_request:
            return limited
        if parsed.headers.get("content-type", "").startswith("multipart/"):
            raise FormNotMaskedError(
                "A policy masks what this application sends, and forms with files cannot be masked."
            )
        document = exact_document(limited)
        masked = Masker(self.on_request, "request", hits).document(document)
        return limited if masked is document else _rewritten(limited, masked)

    def _with_output_limit(self, parsed: ParsedRequest) -> ParsedRequest:
        members = _OUTPUT_MEMBERS.get(parsed.format)
        limit = self.max_output_tokens
        if limit is None or members is None:
            return parsed
        given = False
        for path in members:
            asked = _at(parsed.document, path)
            given = given or asked is not None
            if isinstance(asked, int | float) and asked > limit:
                name = ".".join(path)
                raise OutputLimitError(f"{name} is {asked}; a policy allows {limit}.", field=name)
        return parsed if given else _rewritten(parsed, _with(exact_document(parsed), members[0], limit))


def _at(document: Json, path: tuple[str, ...]) -> Json:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _with(document: dict[str, Any], path: tuple[str, ...], value: int) -> dict[str, Any]:
    if len(path) == 1:
        return {**document, path[0]: value}
    below = document.get(path[0])
    return {**document, path[0]: _with(below if isinstance(below, dict) else {}, path[1:], value)}


def _rewritten(parsed: ParsedRequest, document: dict[str, Any]) -> ParsedRequest:
    return ParsedRequest(parsed.format, write_json(document), document, parsed.model, parsed.stream, parsed.headers)


class PolicyTable:
    """All policies, looked up by who calls what."""

    def __init__(self, policies: tuple[AiPolicy, ...]) -> None:
        self._policies = policies
        self._known: dict[tuple[str, str, str], CallPolicy | None] = {}

    def of(self, team_id: str, application_id: str, model: str) -> CallPolicy | None:
        """What holds for a call; None: nothing."""
        if not self._policies:
            return None
        key = (team_id, application_id, model)
        try:
            return self._known[key]
        except KeyError:
            fitting = [policy for policy in self._policies if _fits(policy, team_id, application_id, model)]
            return self._known.setdefault(key, _merged(fitting) if fitting else None)

    def searching(self, team_id: str, application_id: str) -> tuple[Finder, ...]:
        """All that is searched for, whatever the model, in what an application says and gets."""
        fitting = [one for one in self._policies if one.team_id in {None, team_id}]
        fitting = [one for one in fitting if one.application_id in {None, application_id}]
        return finders_of(tuple(dict.fromkeys(rule for policy in fitting for rule in policy.masking)))

    def beyond(self, team_id: str, application_id: str, model: str, instead: str) -> CallPolicy | None:
        """What holds besides for a call of ``model`` that another model answers; None: nothing."""
        fitting = [
            policy
            for policy in self._policies
            if _fits(policy, team_id, application_id, instead) and not _fits(policy, team_id, application_id, model)
        ]
        return _merged(fitting) if fitting else None


def _fits(policy: AiPolicy, team_id: str, application_id: str, model: str) -> bool:
    return (
        policy.team_id in {None, team_id}
        and policy.application_id in {None, application_id}
        and policy.model in {None, model}
    )


def _merged(policies: list[AiPolicy]) -> CallPolicy:
    return CallPolicy(
        digest="\n".join(policy.model_dump_json(include={"masking", "max_output_tokens"}) for policy in policies),
        cache_seconds=_least(policy.cache_seconds for policy in policies),
        max_prompt_bytes=_least(policy.max_prompt_bytes for policy in policies),
        max_output_tokens=_least(policy.max_output_tokens for policy in policies),
        on_request=_searching(policies, "request"),
        on_reply=_searching(policies, "reply"),
    )


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _searching(policies: list[AiPolicy], place: MaskingPlace) -> tuple[Finder, ...]:
    return finders_of(tuple(rule for policy in policies for rule in policy.masking if place in rule.places))
