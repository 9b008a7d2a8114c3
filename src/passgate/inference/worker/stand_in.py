"""What stands where a model and its deployment do, for calls that are of a provider and not of a model."""

from dataclasses import replace
from typing import Protocol

from passgate.contracts.routing import RoutingRules
from passgate.inference.health import DeploymentHealth
from passgate.inference.routing_table import ServingDeployment, ServingModel, header_text
from passgate.inference.translation import Target

_RULES = RoutingRules()


class Provided(Protocol):
    """A provider, as far as a call must know it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def header(self) -> bytes:
        """Its name, as a header may hold it."""

    @property
    def target(self) -> Target:
        """Where it is, with its key."""


def stand_in_deployment(provider: Provided, model: str, vendor_model: str = "") -> ServingDeployment:
    """A deployment without price, made up for one call."""
    return ServingDeployment(
        id="",
        model=model,
        provider_id=provider.id,
        provider_header=provider.header,
        headers=((b"x-passgate-provider", provider.header),),
        target=replace(provider.target, vendor_model=vendor_model),
        keys=(),
        health=DeploymentHealth(),
        weight=1,
        priority=0,
        price=None,
        rank=None,
    )


def stand_in_model(
    model: ServingModel | None, name: str, deployment: ServingDeployment | None, *, generates: bool
) -> ServingModel:
    """The model that a call counts for at limits; where the gate has none, one made up for the call.

    Args:
        model: the gate's.
        name: shown where there is none.
        deployment: the one that answers.
        generates: the call is reckoned as one that makes words.
    """
    deployments = () if deployment is None else (deployment,)
    prices = tuple(one.price for one in deployments if one.price is not None)
    if model is not None:
        return replace(model, deployments=deployments, prices=prices)
    return ServingModel(
        id="",
        name=name,
        header=header_text(name).encode(),
        team_id=None,
        kind="chat" if generates else "moderation",
        owned_by="",
        created=0,
        deployments=deployments,
        groups=(deployments,),
        rules=_RULES,
        time_limits=None,
        sole=None,
        prices=prices,
    )
