"""``data:`` URLs (RFC 2397) in base64."""

from passgate.inference.exchange.content import DataSource

_USUAL_NAMES = {"image/jpg": "image/jpeg"}
"""Names that are much used and that no registry knows; some vendors refuse them."""


def is_data_url(url: str) -> bool:
    """Tell whether the URL carries its content."""
    return url[:5].lower() == "data:"


def read_data_url(url: str) -> DataSource | None:
    """The content of a base64 data URL; None where it is not one."""
    head, comma, data = url[5:].partition(",")
    media_type, *parameters = head.split(";")
    if not comma or "base64" not in (parameter.strip().lower() for parameter in parameters):
        return None
    named = media_type.strip().lower()
    return DataSource(_USUAL_NAMES.get(named, named), data)


def data_url(source: DataSource) -> str:
    """The content as a data URL."""
    return f"data:{source.media_type};base64,{source.data}"
