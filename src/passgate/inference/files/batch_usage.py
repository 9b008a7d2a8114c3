"""What a finished batch has used, read from the lines of its output."""

from dataclasses import dataclass, field

from passgate.contracts.usage_record import TokenUsage
from passgate.inference.exchange.reading import as_object
from passgate.inference.json_text import read_json
from passgate.inference.pass_through.reading_usage import read_whole

_KINDS = (
    "input",
    "output",
    "cached_input",
    "cache_write",
    "reasoning",
    "input_audio",
    "output_audio",
    "cache_write_long",
    "images",
)


@dataclass(slots=True)
class BatchUsage:
    """Adds up as lines come."""

    usage: TokenUsage = field(default_factory=TokenUsage)
    calls: int = 0
    """Those that the vendor answered."""
    unread: int = 0
    """Lines that could not be read."""

    def see(self, line: bytes) -> None:
        """Take one line: ``{"response": {"body": …}}``."""
        try:
            document = as_object(read_json(line))
        except ValueError:
            self.unread += 1
            return
        body = as_object(as_object(document.get("response")).get("body"))
        told = read_whole(body) if body else None
        if told is None:
            return
        self.calls += 1
        for kind in _KINDS:
            setattr(self.usage, kind, getattr(self.usage, kind) + getattr(told, kind))
