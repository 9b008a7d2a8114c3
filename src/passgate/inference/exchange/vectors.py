"""Careful reading of the vectors that vendors send."""

from passgate.inference.exchange.ports import VendorGarbageError


def read_vector(told: object) -> tuple[float, ...]:
    """One vector.

    Raises:
        VendorGarbageError: it is none.
    """
    if not isinstance(told, list) or not told or not all(type(number) in {int, float} for number in told):
        raise VendorGarbageError("no vector")
    return tuple(told)


def read_vectors(told: object) -> tuple[tuple[float, ...], ...]:
    """A list of vectors.

    Raises:
        VendorGarbageError: it is none.
    """
    if not isinstance(told, list):
        raise VendorGarbageError("no vectors")
    return tuple(read_vector(vector) for vector in told)
