"""Who has subscribed to what, as one list that the call is looked up in."""

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.gateway.compile.checks import SEPARATOR
from passgate.gateway.compile.matchers import lookup_filter
from passgate.gateway.envoy import names
from passgate.gateway.envoy.names import JsonObject


def subscription_filter(snapshot: GatewaySnapshot) -> JsonObject:
    """Allows ``<service id>|<application id>`` of the list, denies all else.

    A service's id holds no ``|``, so the first one parts the two, and no client_id can look like another pair.
    """
    pairs = [f"{one.service_id}{SEPARATOR}{one.application_id}" for one in snapshot.subscriptions if one.application_id]
    return lookup_filter(
        names.SUBSCRIPTION_FILTER,
        names.SUBSCRIBER_STATE,
        pairs,
        found=("subscribed", "ALLOW"),
        missing=("subscription_missing", "DENY"),
    )
