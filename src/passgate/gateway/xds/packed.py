"""Resources as they travel: packed once per content, with a version that is a hash of it."""

import hashlib
from dataclasses import dataclass

import orjson
from google.protobuf.message import Message

from passgate.gateway.envoy.messages import MessageFactory, PackedParts
from passgate.gateway.envoy.names import JsonObject


@dataclass(frozen=True, slots=True)
class Packed:
    """A resource ready to be sent."""

    version: str
    body: Message
    """A ``google.protobuf.Any``."""
    looked_up: bool = False
    """A cluster that Envoy acknowledges before it has its addresses."""


PackedResources = dict[str, dict[str, Packed]]
"""Type URL, then name."""


class Packer:
    """Packs resources, those that did not change since the last time not again."""

    def __init__(self, factory: MessageFactory) -> None:
        self._factory = factory
        self._latest: dict[tuple[str, str], tuple[JsonObject, Packed]] = {}
        self._parts = PackedParts()

    def pack(self, resources: dict[str, dict[str, JsonObject]]) -> PackedResources:
        """All resources of a set.

        Raises:
            UnknownShapeError: one does not fit Envoy's messages; nothing was sent.
        """
        return {
            url: {name: self._one(url, name, form) for name, form in named.items()} for url, named in resources.items()
        }

    def _one(self, url: str, name: str, form: JsonObject) -> Packed:
        known = self._latest.get((url, name))
        if known is not None and known[0] is form:
            return known[1]
        content = orjson.dumps(form, option=orjson.OPT_SORT_KEYS)
        version = hashlib.sha256(content).hexdigest()[:16]
        packed = known[1] if known is not None else None
        if packed is None or packed.version != version:
            self._parts.begin(url)
            body = self._factory.pack({"@type": url, **form}, self._parts)
            packed = Packed(version=version, body=body, looked_up=form.get("wait_for_warm_on_init") is False)
        self._latest[url, name] = form, packed
        return packed
