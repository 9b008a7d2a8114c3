"""The purge of a service's kept answers, offered where its policy response_cache is shown."""

from collections.abc import Callable

from passgate.console.components.confirm import confirm
from passgate.console.visit import Visit
from passgate.publishing.schemas import ServiceView
from passgate.publishing.service.kept_answers import purge_answers

_TEXT = "The next call of every caller asks the upstream, whatever its version. What was kept does not come back."


def purging(visit: Visit, service: ServiceView, *, may_publish: bool) -> Callable[[], None] | None:
    """What asks, and then purges; None: nothing is kept, or the reader may not."""
    if not may_publish or service.status != "published":
        return None

    async def purge() -> None:
        await visit.change(purge_answers, service.id)
        visit.tell(f"What was kept of {service.name} is purged.")

    def ask() -> None:
        confirm(f"Purge the kept answers of “{service.name}”?", _TEXT, "Purge answers", purge)

    return ask
