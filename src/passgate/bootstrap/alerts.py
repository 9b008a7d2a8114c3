"""Control's threads that look for what is worth an alert, and send alerts to webhooks."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from passgate.bootstrap.rounds import rounds
from passgate.gateway.routing_health import limit_peaks
from passgate.gateway.service import rejections
from passgate.metering.alerts.delivery import deliver_due
from passgate.metering.alerts.watching import Peak, Rejection, Watch, look_around
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.alerts")

_LOOK_SECONDS = 5.0
_DELIVER_SECONDS = 1.0


@contextmanager
def raised_alerts(settings: Settings, storage: Storage) -> Iterator[None]:
    """Look and deliver while inside."""
    watch = Watch(token_notice=timedelta(days=settings.alert_token_days), error_percent=settings.alert_error_percent)

    def look() -> None:
        with storage.reading() as work:
            rejected = [Rejection(*one) for one in rejections(work)]
            peaks = [Peak(*one) for one in limit_peaks(work)]
        look_around(storage, watch, rejected, peaks)

    def deliver() -> None:
        deliver_due(storage, to_private=settings.webhooks_to_private)

    with (
        rounds(look, _LOOK_SECONDS, "alerts", _log),
        # A message under way ends with the process; another start sends it again.
        rounds(deliver, _DELIVER_SECONDS, "webhooks", _log),
    ):
        yield
