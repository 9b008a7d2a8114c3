"""Values that one filter leaves for those after it."""

from passgate.gateway.envoy.names import JsonObject


def filter_state(key: str, text: str) -> JsonObject:
    """Sets a key to a text of Envoy's format; an empty one sets nothing, so that what is absent never matches.

    Args:
        key: as the later filters name it.
        text: a format string, such as a claim's place in the metadata.
    """
    return {
        "object_key": key,
        "factory_key": "envoy.string",
        "skip_if_empty": True,
        "format_string": {"text_format_source": {"inline_string": text}, "omit_empty_values": True},
    }
