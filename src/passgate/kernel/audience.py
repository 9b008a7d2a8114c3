"""Whether two audiences are one to the gate."""


def is_same_audience(one: str, other: str) -> bool:
    """Whether a token for the one is taken by whoever has the other.

    Envoy (``jwt_authn``) compares audiences without their scheme and without a slash at the end.
    """
    return _bare(one) == _bare(other)


def _bare(audience: str) -> str:
    for scheme in ("http://", "https://"):
        if audience.startswith(scheme):
            audience = audience.removeprefix(scheme)
            break
    return audience.removesuffix("/")
