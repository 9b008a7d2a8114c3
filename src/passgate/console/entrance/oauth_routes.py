"""The pages of OAuth, all of them."""

from starlette.routing import Route

from passgate.console.edge import Console
from passgate.console.entrance.authorizing import ConsentPage
from passgate.console.entrance.device_page import DevicePage
from passgate.console.entrance.log_out_page import LogOutPage
from passgate.console.entrance.oauth_visit import OAuthPages
from passgate.console.theme import Theme


def oauth_routes(console: Console, theme: Theme) -> list[Route]:
    """What to register before the console itself."""
    pages = OAuthPages(console, theme)
    return [*ConsentPage(pages).routes(), *DevicePage(pages).routes(), *LogOutPage(pages).routes()]
