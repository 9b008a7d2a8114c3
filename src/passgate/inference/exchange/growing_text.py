"""Text that comes in small pieces and is needed as a whole at the end."""


class GrowingText:
    """Held as UTF-8, as many bytes as it is long; pieces of a few letters each would take fifteen times as much."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def add(self, text: str) -> None:
        """More of it."""
        self._held += text.encode("utf-8", "surrogatepass")

    def whole(self) -> str:
        """All that has come."""
        return self._held.decode("utf-8", "surrogatepass")
