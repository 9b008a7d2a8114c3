"""Which limits a call meets: a few look-ups by who calls and what is called."""

from collections import defaultdict
from collections.abc import Iterable

from passgate.contracts.inference_config import InferenceModel
from passgate.contracts.limits import LimitMeasure, LimitRule, LimitWindow
from passgate.contracts.revocation_list import TokenFacts
from passgate.inference.limits.limit import Limit
from passgate.inference.limits.token_ceiling import TokenCeiling

_MOST_REMEMBERED = 10_000

_Key = tuple[str, str]


class LimitBook:
    """All limits of one configuration, by what they limit."""

    def __init__(self, rules: Iterable[LimitRule] = (), models: Iterable[InferenceModel] = ()) -> None:
        by_target: dict[_Key, list[Limit]] = defaultdict(list)
        by_model: dict[tuple[str | None, str], list[Limit]] = defaultdict(list)
        by_service: dict[_Key, list[Limit]] = defaultdict(list)
        names = {model.id: (model.team_id, model.name) for model in models}
        for rule in rules:
            if rule.service_id is not None:
                by_service[rule.service_id, rule.target].append(Limit(rule))
            elif rule.scope != "model":
                by_target[rule.scope, rule.target].append(Limit(rule))
            elif rule.target in names:
                by_model[names[rule.target]].append(Limit(rule))
        self.is_empty = not by_target and not by_model and not by_service
        """Nothing is limited, but what a token may say of itself."""
        self.bounds_deployments = bool(by_model) or any(scope == "provider" for scope, _ in by_target)
        """A call may meet limits on its way to an answer: a provider's, or those of a model that steps in."""
        self._by_target = dict(by_target)
        self._by_model = dict(by_model)
        self._by_service = dict(by_service)
        """What applications may use of a service, by its id and theirs."""
        self._of_ceilings: dict[TokenCeiling, list[Limit]] = {}

    def of_call(
        self,
        token: TokenFacts,
        team_id: str,
        model: tuple[str | None, str],
        ceilings: tuple[TokenCeiling, ...],
        service_id: str | None = None,
    ) -> list[Limit]:
        """The limits that a call meets before a deployment is chosen.

        Args:
            token: who calls.
            team_id: the application's team.
            model: the model's team and public name.
            ceilings: what the token says of itself and of those that it was made from.
            service_id: the service that the call is of; None: it goes to the model as such.
        """
        found: list[Limit] = []
        if not self.is_empty:
            by_target = self._by_target
            for key in (
                ("token", token.jti),
                ("user", token.subject),
                ("application", token.application or ""),
                ("team", team_id),
            ):
                limits = by_target.get(key)
                if limits is not None:
                    found += limits
            limits = self._by_model.get(model)
            if limits is not None:
                found += limits
            if service_id is not None:
                found += self._by_service.get((service_id, token.application or ""), ())
        for ceiling in ceilings:
            found += self._of_ceiling(ceiling)
        return found

    def of_model(self, model: tuple[str | None, str]) -> list[Limit]:
        """The limits of a model alone, by its team and public name; met where it steps in for another one."""
        return self._by_model.get(model, [])

    def of_provider(self, provider_id: str) -> list[Limit]:
        """The limits of a provider; met once a deployment of it is to be called."""
        return self._by_target.get(("provider", provider_id), [])

    def _of_ceiling(self, ceiling: TokenCeiling) -> list[Limit]:
        known = self._of_ceilings.get(ceiling)
        if known is None:
            if len(self._of_ceilings) >= _MOST_REMEMBERED:
                self._of_ceilings.clear()
            known = self._of_ceilings[ceiling] = _limits_of(ceiling)
        return known


def _limits_of(ceiling: TokenCeiling) -> list[Limit]:
    stated: tuple[tuple[LimitMeasure, LimitWindow, int | None], ...] = (
        ("requests", "minute", ceiling.rpm),
        ("money", "total", ceiling.budget),
    )
    return [
        Limit(
            LimitRule(
                id=f"jti:{ceiling.jti}:{measure}",
                name=ceiling.jti,
                scope="token",
                target=ceiling.jti,
                measure=measure,
                window=window,
                amount=amount,
            ),
            from_token=True,
        )
        for measure, window, amount in stated
        if amount is not None
    ]
