"""Reading snapshots that differ little from each other: what did not change is the same object as before."""

import orjson

from passgate.contracts.gateway_snapshot import GatewaySnapshot
from passgate.contracts.published_service import PublishedService

_PUBLISHED = "published"


class SnapshotReader:
    """Reads the gate's half, one version after the other."""

    def __init__(self) -> None:
        self._known: dict[bytes, PublishedService] = {}

    def read(self, text: str) -> GatewaySnapshot:
        """The snapshot of a text.

        Raises:
            ValidationError: the text is none.
        """
        content = orjson.loads(text)
        texts = [orjson.dumps(service) for service in content.pop(_PUBLISHED, ())]
        known = {one: self._known.get(one) or PublishedService.model_validate_json(one) for one in texts}
        self._known = known
        whole = GatewaySnapshot.model_validate_json(orjson.dumps(content))
        return whole.model_copy(update={_PUBLISHED: tuple(known[one] for one in texts)})
