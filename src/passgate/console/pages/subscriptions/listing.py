"""A list of subscriptions, as the pages of a service, of an application and of all of them show it."""

from collections.abc import Awaitable, Callable, Sequence

from passgate.console.components.listing import Listing
from passgate.console.components.table import Column, Row
from passgate.console.visit import Visit
from passgate.kernel.pagination import Page, PageRequest
from passgate.publishing.subscriptions.schemas import SubscriptionFilter, SubscriptionView
from passgate.publishing.subscriptions.service.finding import list_subscriptions


def subscriptions_listing(  # noqa: PLR0913 - each argument is one visible part of it
    visit: Visit,
    wanted: SubscriptionFilter,
    columns: Sequence[Column],
    *,
    row: Callable[[SubscriptionView], Row],
    on_act: Callable[[str, str], Awaitable[None]],
    when_empty: Callable[[], object],
) -> Listing[SubscriptionView]:
    """The list, not loaded yet.

    Args:
        visit: who looks.
        wanted: which subscriptions.
        columns: of the table.
        row: what they say of one.
        on_act: does what a row offers, by the subscription's id and the act's name.
        when_empty: builds what stands there instead.
    """

    async def fetch(page: PageRequest) -> Page[SubscriptionView]:
        return await visit.ask(list_subscriptions, page, wanted)

    return Listing(
        columns,
        label="Subscriptions",
        noun="subscription",
        fetch=fetch,
        row=row,
        on_act=on_act,
        when_empty=when_empty,
    )
