"""Lists of files and batches: vendors show everybody's, callers see their own."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from passgate.inference.exchange.reading import as_list, as_object, as_text
from passgate.inference.files.ids import Kind, Place
from passgate.inference.files.provider import FileProvider
from passgate.inference.json_text import write_json
from passgate.inference.worker.file_call import FileCall, Told
from passgate.inference.worker.file_vendor import FileVendor, VendorSaid
from passgate.kernel.errors import UnavailableError

_PAGE = 100
"""What is asked of a vendor at once."""
_MOST_PAGES = 200
"""Of all vendors, for one page of the caller's."""
_PASSED = ("purpose", "order")


class ListTooLongError(UnavailableError):
    """Among too many files of others there was none of the caller's."""

    code = "list_too_long"


class _VendorRefusedError(Exception):
    """A vendor has no list for us; its words are for the caller."""

    def __init__(self, said: VendorSaid) -> None:
        super().__init__()
        self.said = said


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed, and how it is told whose a thing is."""

    kind: Kind
    path: Callable[[FileProvider], str]
    view: Callable[[FileProvider, dict[str, Any]], dict[str, Any] | None]
    """What the caller sees of it; None: it is not the caller's."""
    otherwise: int
    """How many a page has where the caller does not say."""
    most: int


async def listed(asked: FileCall, vendor: FileVendor, listing: Listing) -> Told:
    """A page of the caller's own, of one provider after the other.

    Raises:
        ListTooLongError: nothing of the caller's was found among what was looked through.
    """
    wanted = asked.number("limit", listing.otherwise, listing.most)
    after = asked.query().get("after")
    place = asked.ids.opened(listing.kind, after) if after else None
    providers = asked.providers(batches=listing.kind == "batch")
    if place is not None:
        names = [one.id for one in providers]
        providers = providers[names.index(place.provider_id) :] if place.provider_id in names else []
    found: list[dict[str, Any]] = []
    try:
        async for view in _views(asked, vendor, listing, providers, place):
            if len(found) == wanted:
                return _page(found, more=True)
            found.append(view)
    except _VendorRefusedError as refused:
        return asked.told(refused.said, None)
    except ListTooLongError:
        if not found:
            raise
        return _page(found, more=True)
    return _page(found, more=False)


async def _views(
    asked: FileCall, vendor: FileVendor, listing: Listing, providers: list[FileProvider], after: Place | None
) -> AsyncIterator[dict[str, Any]]:
    pages = 0
    for provider in providers:
        await asked.enter(provider)
        here = after.vendor_id if after is not None and after.provider_id == provider.id else None
        number = 0
        while True:
            pages += 1
            if pages > _MOST_PAGES:
                raise ListTooLongError("The vendor's list is too long to be looked through.")
            said = await vendor.ask(provider, "GET", _address(asked, listing, provider, here, number))
            if not said.succeeded:
                raise _VendorRefusedError(said)
            items = [as_object(one) for one in as_list(said.document.get("data"))]
            paging = _paging(listing, provider)
            shown, skipped = (items, here) if paging == "cursor" else _behind(items, here)
            for item in shown:
                view = listing.view(provider, item)
                if view is not None:
                    yield view
            if paging == "number" and len(items) == _PAGE:
                number, here = number + 1, skipped
            elif paging == "cursor" and items and said.document.get("has_more"):
                here = as_text(items[-1].get("id"))
            else:
                break


def _paging(listing: Listing, provider: FileProvider) -> str:
    return provider.paging if listing.kind == "file" else provider.batch_paging


def _behind(items: list[dict[str, Any]], here: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """What comes after an item, where the vendor does not skip by itself; and what is still to be skipped."""
    if here is None:
        return items, None
    ids = [as_text(one.get("id")) for one in items]
    return (items[ids.index(here) + 1 :], None) if here in ids else ([], here)


def _address(asked: FileCall, listing: Listing, provider: FileProvider, here: str | None, number: int) -> str:
    query = asked.query()
    given = {name: query[name] for name in _PASSED if name in query}
    paging = _paging(listing, provider)
    if paging == "cursor":
        given["limit"] = str(_PAGE)
        if here is not None:
            given["after"] = here
    elif paging == "number":
        given |= {"page": str(number), "page_size": str(_PAGE)}
    path = listing.path(provider)
    return f"{path}?{urlencode(given)}" if given else path


def _page(found: list[dict[str, Any]], *, more: bool) -> Told:
    page = {
        "object": "list",
        "data": found,
        "first_id": found[0]["id"] if found else None,
        "last_id": found[-1]["id"] if found else None,
        "has_more": more,
    }
    return Told(200, write_json(page))
