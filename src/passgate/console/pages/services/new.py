"""A new service: what it is to be, then its steps."""

from nicegui.page_arguments import PageArguments

from passgate.console.components.badge import badge
from passgate.console.components.icon import icon
from passgate.console.components.page_header import page_header
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.services.refused import no_new_services
from passgate.console.pages.services.server_form import build_server_form
from passgate.console.pages.services.wizard import Wizard
from passgate.console.pages.teams_of import writable_teams
from passgate.console.visit import Visit
from passgate.kernel.permissions import Permission

_TRAIL = [("Services", f"{MOUNT_PATH}/services")]
_HERE = f"{MOUNT_PATH}/services/new"
_PROMPT, _MODELS = f"{MOUNT_PATH}/services/new-prompt", f"{MOUNT_PATH}/providers/new"
_KINDS = (
    (
        "book",
        f"{_HERE}?from=openapi",
        "REST API from OpenAPI",
        "Its routes, mock answers and docs come from a document.",
    ),
    ("service", f"{_HERE}?from=blank", "REST API, blank", "A base path and the URL behind it; routes can come later."),
    ("bolt", _PROMPT, "Prompt as an API", "Write a prompt with variables; callers get text or JSON."),
    (
        "link",
        f"{_HERE}?from=mcp",
        "MCP server",
        "Its tools go through the gate, allowed one by one, with your tokens and limits.",
    ),
    ("model", _MODELS, "AI models", "Connect a vendor; its models answer at /v1, in the formats of the usual SDKs."),
)


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page: the kinds, or the steps of the chosen one."""
    origin = args.query_parameters.get("from", "")
    teams, trail = await visit.ask(writable_teams, Permission.SERVICE_WRITE), [*_TRAIL, ("New service", _HERE)]
    if not teams:
        no_new_services()
        return
    if origin not in {"openapi", "blank", "mcp"}:
        _choose()
        return
    if origin == "mcp":
        build_server_form(visit, teams, trail)
    else:
        await Wizard(visit, teams, from_document=origin == "openapi").build(trail)


def _choose() -> None:
    page_header("New service", "What do you want to offer? Everything can be changed later.", trail=_TRAIL)
    with box("pg-catalogue"):
        for symbol, href, title, text in _KINDS:
            with box("pg-tile", "a").props(f'href="{href}"'):
                with box("pg-row"):
                    with box("pg-empty-icon").style("margin: 0"):
                        icon(symbol)
                    Words(title, "h2")
                Words(text, "p")
                if href.endswith("=openapi"):
                    with box("pg-row"):
                        badge("File", "brand")
                        badge("Text", "brand")
                        badge("URL", "brand")
