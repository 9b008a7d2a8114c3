"""House rules: a guardrail on requests and answers, and an order of deployments. Take out what you do not need."""

from collections.abc import Sequence
from typing import Any

from passgate.contracts.hooks import HookedCall, HookedDeployment, RefusedByHookError

_FORBIDDEN = ("project nightingale",)
_FIRST_VENDOR = "azure"


class HouseRules:
    """Made once for each worker, when it starts; read here what it needs."""

    whole_answers_only = False
    """True: streams are refused, since their answers cannot be looked at as a whole."""

    async def before_request(self, call: HookedCall, request: dict[str, Any]) -> dict[str, Any] | None:
        """Refuse what must not be asked, and tell the vendor who asks; None would leave the request as it is."""
        if _speaks_of_forbidden(request):
            raise RefusedByHookError("This subject is not for AI models; see the house rules.")
        if call.format_in == "openai-chat":
            return {**request, "user": call.team_id}
        return None

    async def after_answer(self, call: HookedCall, answer: dict[str, Any]) -> dict[str, Any] | None:
        """Refuse an answer that says what it must not; streams do not come by here."""
        del call
        if _speaks_of_forbidden(answer):
            raise RefusedByHookError("The answer spoke of what is not for AI models.")
        return None

    async def order_deployments(self, call: HookedCall, deployments: Sequence[HookedDeployment]) -> list[str]:
        """Try one vendor first; the order is kept otherwise. Those that are left out are not tried."""
        del call
        return [one.id for one in sorted(deployments, key=lambda one: one.vendor != _FIRST_VENDOR)]


def _speaks_of_forbidden(value: object) -> bool:
    if isinstance(value, str):
        return any(word in value.lower() for word in _FORBIDDEN)
    if isinstance(value, dict):
        return any(map(_speaks_of_forbidden, value.values()))
    return isinstance(value, list) and any(map(_speaks_of_forbidden, value))
