"""Column types that both databases store alike."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

_SEALED = re.compile(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+={0,2}")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database.

        Raises:
            ValueError: a moment without a zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SealedText(TypeDecorator[str]):
    """A secret sealed by a :class:`passgate.kernel.sealing.Vault`; refuses anything that is not sealed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ANN401 - the base's signature
        """To the database.

        Raises:
            ValueError: text that is not sealed, so that no plain secret is ever stored.
        """
        del dialect
        if value is None:
            return None
        if not isinstance(value, str) or not _SEALED.fullmatch(value):
            raise ValueError("a secret must be sealed before it is stored")
        return value
