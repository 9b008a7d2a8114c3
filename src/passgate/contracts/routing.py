"""How calls of a model find a deployment, and what the workers know of the deployments' health."""

from typing import Annotated, Literal

from pydantic import Field

from passgate.contracts.frozen import Contract

Strategy = Literal["weighted", "least-latency", "lowest-cost", "least-busy"]
"""How one of several deployments of the same priority is chosen."""
Stickiness = Literal["conversation", "header", "user"]
"""By what calls are held to belong together, so that the same deployment answers them and its cache is of use."""

SESSION_HEADER = "x-passgate-session"
"""In which a caller names what belongs together, where a model's calls stick by header."""

MAX_RETRIES = 5
MAX_FALLBACKS = 8

Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]


class TimeLimits(Contract):
    """How long a model's calls may take, in seconds; None: as long as the gate lets any call take."""

    connect: Seconds | None = None
    """To connect to a vendor."""
    first_token: Seconds | None = None
    """Until the first bytes of an answer that can be passed on; then another deployment is tried."""
    silence: Seconds | None = None
    """Between two chunks of a stream."""
    whole: Seconds | None = None
    """Altogether, all attempts included."""


class RoutingRules(Contract):
    """How a model's calls find a deployment."""

    strategy: Strategy = "weighted"
    sticky: Stickiness | None = None
    retries: int = Field(default=0, ge=0, le=MAX_RETRIES)
    """How often all is tried again, after a pause, where it failed in a way that may pass."""
    time_limits: TimeLimits = TimeLimits()
    fallbacks: tuple[str, ...] = ()
    """Ids of models that answer where no deployment of this one does, in this order."""


class Resting(Contract):
    """A key or a deployment that a worker leaves alone for now."""

    id: str
    """The key's or the deployment's; of a provider's first key, ``main``."""
    provider_id: str
    code: str
    """Why: the stable code of what the vendor did."""
    until: int
    """Seconds since 1970: when it is tried again."""
    deployment_id: str | None = None
    """Of a key that rests for one deployment alone."""


class LimitPeak(Contract):
    """How full a limit on calls, tokens or places was at most within an hour, where that is worth an alert."""

    limit_id: str
    hour: int
    """Seconds since 1970: its beginning."""
    percent: int
    """The largest of the limit's shares that was reached; 100 and more: calls were refused, or the next one is."""


class WorkerHealth(Contract):
    """What one worker leaves alone, and which limits it saw filled; written when it changes."""

    keys: tuple[Resting, ...] = ()
    deployments: tuple[Resting, ...] = ()
    peaks: tuple[LimitPeak, ...] = ()
