"""How an agent that speaks MCP connects to a service's tools."""

import json

from passgate.console.components.copyable import snippet
from passgate.console.components.text import muted


def how_to_connect(origin: str, path: str, base_path: str) -> None:
    """The configuration of a client, to copy.

    Args:
        origin: the gate's URL.
        path: where the tools are, such as ``/mcp/orders``.
        base_path: of the service, which names the server in the configuration.
    """
    url = f"{origin}{path}"
    name = (base_path.strip("/") or "passgate").replace("/", "-")
    muted("For agents that speak MCP over streamable HTTP, with a token of an application:")
    header = {"Authorization": "Bearer $PASSGATE_TOKEN"}
    servers = {"mcpServers": {name: {"type": "http", "url": url, "headers": header}}}
    snippet(json.dumps(servers, indent=2), "text")
    command = f"claude mcp add --transport http {name} {url} \\\n"
    snippet(f'{command}  --header "Authorization: Bearer $PASSGATE_TOKEN"', "bash")
