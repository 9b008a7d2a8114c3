"""One log format for every process: a line for people, or a JSON object a line for machines."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

LogFormat = Literal["human", "json"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}

ENVOY_LOG_FORMATS: dict[LogFormat, str] = {
    "human": "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ envoy.%n: %v",
    "json": '{"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","process":"envoy","logger":"envoy.%n","message":"%j"}',
}
"""The same two, in the pattern language of Envoy's logger (spdlog)."""


class HumanFormatter(logging.Formatter):
    """``time level process logger: message key=value …``."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows on lines of its own."""
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        level = record.levelname.lower()
        line = f"{_moment(record)} {level} {self._process} {record.name}: {record.getMessage()}{extras}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line; extras are keys of their own."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The object, as one line."""
        entry = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure_logging(process: str, log_format: LogFormat, level: str) -> None:
    """Send everything that this process logs to standard error, in that format, from that level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(process) if log_format == "json" else HumanFormatter(process))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("alembic", "uvicorn.error", "watchfiles", "asyncio", "engineio", "socketio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}
