"""What a dialect had to leave out of a request, in the client's own names."""

import re
from collections.abc import Sequence

from passgate.inference.exchange.chat_request import ChatRequest, ResponseFormat

_INDEX = re.compile(r"\[\d+\]")


class LeftOut:
    """Collects names, each once, in the order met."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._names: dict[str, None] = {}

    def member(self, name: str) -> None:
        """A member of the request."""
        self._names[self._request.called(name)] = None

    def member_if(self, name: str, value: object) -> None:
        """A member of the request, where it was given."""
        if value is not None:
            self.member(name)

    def all_but_first_stops(self, stops: Sequence[str], most: int) -> list[str]:
        """As many stop sequences as the vendor takes (0: any number); it refuses a request with more."""
        if not 0 < most < len(stops):
            return list(stops)
        self.member("stop")
        return list(stops[:most])

    def no_larger_limit(self, limit: int | None, most: int | None) -> int | None:
        """The limit of the answer, or the model's own (None: unknown), beyond which vendors refuse the request."""
        if limit is None or most is None or limit <= most:
            return limit
        self.member("max_tokens")
        return most

    def no_higher_temperature(self, temperature: float | None, most: float) -> float | None:
        """The temperature, or the highest that the vendor takes (0: any), the nearest that there is."""
        if temperature is None or not 0 < most < temperature:
            return temperature
        self.member("temperature")
        return most

    def of_schema(self, name: str = "") -> None:
        """Something said of the schema that the answer must keep to."""
        self.at(self._request.called("response_schema"), name)

    def all_but_schema(self, wanted: ResponseFormat) -> None:
        """What is said of the schema beside it: its name, what it is for, and that it need not be kept strictly."""
        for name in ("name", "description"):
            if getattr(wanted, name) is not None:
                self.of_schema(name)
        if wanted.strict is False:
            self.of_schema("strict")

    def within(self, path: str, member: str) -> None:
        """Something within a part, which the client's format may call otherwise than the gate does."""
        self.at(path, self._request.called(member))

    def at(self, path: str, name: str = "") -> None:
        """Something within a part of the request."""
        plain = _INDEX.sub("", path)
        self._names[f"{plain}.{name}" if name else plain] = None

    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._names)
