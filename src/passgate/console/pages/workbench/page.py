"""The JWT workbench."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.pages.workbench.checking import checking_card
from passgate.console.pages.workbench.signing import signing_card
from passgate.console.visit import Visit


async def show(visit: Visit, _args: PageArguments) -> None:
    """Build the page."""
    with page_header(
        "JWT workbench",
        "Read a token, see each check with its reason, and sign claims. What you put in here is not kept.",
    ):
        pass
    checking_card(visit)
    with box() as place:
        pass
    await signing_card(visit, place)
