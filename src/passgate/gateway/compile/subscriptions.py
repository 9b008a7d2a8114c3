"""Who has subscribed to what, and who has not any more or not yet, as one list that the call is looked up in."""

from collections.abc import Iterable, Mapping
from typing import get_args

from passgate.contracts.gateway_snapshot import (
    GatewaySnapshot,
    GatewaySubscription,
    WithheldState,
    WithheldSubscription,
)
from passgate.gateway.compile.checks import SEPARATOR
from passgate.gateway.compile.matchers import Listed, lookup_filter
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject

NOT_LISTED: Listed = ("subscription_missing", "DENY")
_IN_FORCE: Listed = ("subscribed", "ALLOW")
_WITHHELD: Mapping[WithheldState, Listed] = {
    state: (f"subscription_{state}", "DENY") for state in get_args(WithheldState)
}


def subscription_filter(snapshot: GatewaySnapshot) -> JsonObject:
    """Allows ``<service id>|<application id>`` of the list, denies all else.

    A service's id holds no ``|``, so the first one parts the two, and no client_id can look like another pair.
    """
    pairs = {
        f"{one.service_id}{SEPARATOR}{one.application_id}": verdict_on(one)
        for one in listed(snapshot)
        if one.application_id
    }
    return lookup_filter(names.SUBSCRIPTION_FILTER, names.SUBSCRIBER_STATE, pairs, missing=NOT_LISTED)


def listed(snapshot: GatewaySnapshot) -> Iterable[GatewaySubscription | WithheldSubscription]:
    """All that the list names; where two are of one pair, the one in force is the last."""
    yield from snapshot.withheld
    yield from snapshot.subscriptions


def verdict_on(one: GatewaySubscription | WithheldSubscription) -> Listed:
    """What its calls meet; a refusal's name says in which state the subscription is."""
    return _IN_FORCE if isinstance(one, GatewaySubscription) else _WITHHELD[one.state]
