"""What OpenAI's own models take of a request, told from the model's name.

Sources: https://developers.openai.com/api/docs/guides/reasoning, and what the API answers: ``temperature`` of a model
that thinks is an ``unsupported_value``, and "Function tools with reasoning_effort are not supported for gpt-5.6 in
/v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'."
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from passgate.inference.exchange.chat_request import ChatRequest, Effort, Reasoning, effort_of_budget
from passgate.inference.exchange.left_out import LeftOut
from passgate.inference.translation import Target

_NAME = re.compile(r"(?:^|/)(?:gpt-(\d+)(?:\.(\d+))?(?!\d)(?!.*-(?:search|image))|o(\d)(?!\d))")
_NEVER_THINKS = re.compile(r"-(?:chat|audio)")
_ORDER: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_BEFORE_THINKING = (4, 0)
_FIRST_THINKING = (5, 0)
_DEFAULTS: Mapping[str, object] = {"temperature": 1, "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0}
_NOT_WHILE_THINKING = (*_DEFAULTS, "logit_bias", "logprobs", "top_logprobs", "stop")


@dataclass(frozen=True, slots=True)
class GptModel:
    """A model of OpenAI's."""

    version: tuple[int, int]
    """Of o1 to o4: (0, 1) to (0, 4)."""
    is_pro: bool

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """How hard it can be told to think; none at all for models that do not think."""
        if self.version[0] == 0:
            return ("low", "medium", "high")
        if self.version < _FIRST_THINKING:
            return ()
        if self.version == _FIRST_THINKING:
            return ("high",) if self.is_pro else ("minimal", "low", "medium", "high")
        off: tuple[Effort, ...] = () if self.is_pro else ("none",)
        known: tuple[Effort, ...] = (*off, "low", "medium", "high")
        more: tuple[Effort, ...] = ("xhigh",) if self.version >= (5, 2) else ()
        return (*known, *more, "max") if self.version >= (5, 6) else (*known, *more)

    def thinks(self, effort: object) -> bool:
        """Whether it thinks at that effort; None: nothing is said of it."""
        efforts = self.efforts
        if effort is not None or not efforts:
            return bool(efforts) and effort != "none"
        # From 5.1 to 5.4 a model does not think unless it is asked to.
        return not (5, 1) <= self.version < (5, 5) or self.is_pro

    def nearest(self, effort: Effort) -> Effort | None:
        """The effort that it takes: the wanted one, the next lower, or the least; None: it does not think."""
        efforts = self.efforts
        lower = [one for one in efforts if _ORDER.index(one) <= _ORDER.index(effort)]
        return lower[-1] if lower else (efforts[0] if efforts else None)


def gpt_model(target: Target) -> GptModel | None:
    """The model that a vendor of OpenAI's own models serves; None: another vendor's, or an unknown name."""
    return _known(target.vendor_model) if target.profile.get("gpt_models") else None


@lru_cache(maxsize=1024)
def _known(vendor_model: str) -> GptModel | None:
    name = vendor_model.lower()
    found = _NAME.search(name)
    if found is None:
        return None
    major, minor, series = found.groups()
    version = (0, int(series)) if series is not None else (int(major), int(minor or 0))
    if _NEVER_THINKS.search(name):
        version = _BEFORE_THINKING
    return GptModel(version, "-pro" in name)


def tools_need_responses(target: Target, effort: object) -> bool:
    """Whether the model calls functions by Responses alone, thinking as it would."""
    model = gpt_model(target) if target.profile.get("responses_path") else None
    return model is not None and model.version >= (5, 2) and model.thinks(effort)


def wanted_effort(reasoning: Reasoning | None) -> Effort | None:
    """How hard to think, by whatever the client said of it."""
    if reasoning is None:
        return None
    if reasoning.enabled is False:
        return "none"
    if reasoning.effort is None and reasoning.enabled and reasoning.budget is not None:
        return effort_of_budget(reasoning.budget)
    return reasoning.effort


def kept_effort(model: GptModel, effort: Effort, left_out: LeftOut) -> Effort | None:
    """The effort to write; named where the model cannot be told to think so little, or to think."""
    kept = model.nearest(effort)
    if kept is None or _ORDER.index(kept) > _ORDER.index(effort):
        left_out.member("reasoning")
    return kept


def leave_sampling(request: ChatRequest, target: Target, body: dict[str, Any], left_out: LeftOut) -> None:
    """Take out of the body what a model that thinks refuses, and name it."""
    model = gpt_model(target)
    if model is None or not model.thinks(wanted_effort(request.reasoning)):
        return
    for name in _NOT_WHILE_THINKING:
        if name in body and body[name] != _DEFAULTS.get(name):
            del body[name]
            left_out.member(name)
