"""Services as MCP tools, through the real Envoy, with the official client."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from e2e.running import Administrator, running, set_up, until
from local_site import SiteHandler, local_site
from mcp_server import SECRET as SERVER_SECRET
from mcp_server import read_file, serving_tools
from publishing.openapi.documents import orders, text_of

SECRET = "the orders' own key"


class Orders(SiteHandler):
    """Answers with what it was asked."""

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        seen = {
            "method": self.command,
            "path": self.path,
            "body": self.rfile.read(length).decode(),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        self.reply(json.dumps(seen).encode())

    do_POST = do_GET


@pytest.fixture
def upstream() -> Iterator[int]:
    with local_site(Orders) as port:
        yield port


def session(url: str, token: str, act: Any) -> Any:
    """What comes of an act with a session of the official client."""

    async def run() -> Any:
        bearer = {"authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=bearer, timeout=30) as http,
            streamable_http_client(url, http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as client,
        ):
            started = await client.initialize()
            assert started.server_info.name == "passgate"
            return await act(client)

    return asyncio.run(run())


def listed(url: str, token: str) -> dict[str, Tool]:
    async def act(client: ClientSession) -> Any:
        await client.send_ping()
        return (await client.list_tools()).tools

    return {tool.name: tool for tool in session(url, token, act)}


def called(url: str, token: str, name: str, arguments: dict[str, Any]) -> CallToolResult:
    async def act(client: ClientSession) -> Any:
        return await client.call_tool(name, arguments)

    found: CallToolResult = session(url, token, act)
    return found


def said(result: CallToolResult) -> str:
    return " ".join(one.text for one in result.content if isinstance(one, TextContent))


def test_a_service_is_offered_as_tools(ada: Administrator, upstream: int) -> None:
    made = ada.post("/openapi/documents", {"team_id": ada.team_id, "text": text_of(orders())})
    routes = [operation["route"] for operation in made["operations"]]
    pools = [{"endpoints": [{"host": "127.0.0.1", "port": upstream}]}]
    definition = {"document": made["digest"], "routes": routes, "pools": pools}
    given = {"team_id": ada.team_id, "name": "Orders", "base_path": "/orders", "publish": True}
    service = ada.post("/services", given | {"definition": definition})["id"]
    application = ada.application("agent")
    token, jti = ada.token(application)
    offer = ada.get(f"/services/{service}/mcp")
    assert (offer["path"], [tool["offered"] for tool in offer["tools"]]) == ("/mcp/orders", [False] * len(routes))
    refused = ada.request("PUT", f"/services/{service}/mcp", {"routes": ["nothing"]}, expect=422)
    assert refused["field"] == "routes"
    by_call = {(tool["method"], tool["path"]): tool for tool in offer["tools"]}
    wanted = [by_call["GET", "/orders/{id}"], by_call["POST", "/orders"]]
    ada.request("PUT", f"/services/{service}/mcp", {"routes": [tool["route"] for tool in wanted]})
    ada.in_force()
    url, whole = f"{ada.passgate.url}/mcp/orders", f"{ada.passgate.url}/mcp"
    read, write = (tool["name"] for tool in wanted)

    # Without a subscription the tools are neither listed nor callable, and without a token nothing is.
    until(lambda: httpx.post(url, json={}, headers={"authorization": f"Bearer {token}"}).status_code == 200, what="it")
    assert httpx.post(url, json={}).status_code == 401
    assert listed(url, token) == listed(whole, token) == {}

    ada.post("/subscriptions", {"service_id": service, "application_id": application})
    ada.in_force()
    until(lambda: set(listed(url, token)) == {read, write}, what="the tools")
    assert set(listed(whole, token)) == {f"orders_{read}", f"orders_{write}"}
    tool = listed(url, token)[write]
    assert tool.input_schema["required"] == ["body"]

    got = called(whole, token, f"orders_{read}", {"id": 7})
    assert (got.is_error, got.structured_content["path"]) == (False, "/orders/7"), said(got)
    assert token not in json.dumps(got.structured_content)
    posted = called(url, token, write, {"body": {"item": "pen", "count": 1}})
    assert json.loads(posted.structured_content["body"]) == {"item": "pen", "count": 1}
    assert called(url, token, read, {"id": ".."}).is_error
    assert "missing" in said(called(url, token, read, {}))

    # The gate's own rules hold for a tool as for any call, and the log has it once, with its service.
    limit = {"kind": "rate_limit", "calls": 1, "window": "hour"}
    ada.request("PATCH", f"/services/{service}", {"policies": [limit]})
    ada.in_force()
    last = until(lambda: _refused(called(url, token, read, {"id": 7})), what="the limit")
    assert "429" in said(last)
    rows = until(lambda: [row for row in ada.get("/calls")["items"] if row["status"] == 429], what="the log")
    assert rows[0]["service_id"] == service
    assert not [row for row in ada.get("/calls")["items"] if row["path"].startswith("/mcp")]

    ada.post(f"/tokens/{jti}/revoke", {"reason": "over"})
    until(lambda: httpx.post(url, json={}, headers={"authorization": f"Bearer {token}"}).status_code == 401, what="401")
    assert token not in ada.passgate.log


def test_an_mcp_server_is_called_through_the_gate(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", FETCH_PRIVATE_ADDRESSES="true", WORKERS="1") as passgate,
        serving_tools() as server,
    ):
        ada = set_up(passgate)
        pool = {
            "endpoints": [{"host": "127.0.0.1", "port": server.port}],
            "path_prefix": "/mcp",
            "credentials": [{"header": "authorization", "value": f"Bearer {SERVER_SECRET}"}],
        }
        given = {"team_id": ada.team_id, "name": "Files", "base_path": "/files", "kind": "mcp", "publish": True}
        service = ada.post("/services", given | {"definition": {"pools": [pool]}})["id"]
        tools = ada.post(f"/services/{service}/mcp/refresh")["tools"]
        for tool in tools:
            if tool["name"] != "remove_file":
                ada.request(
                    "PUT",
                    f"/services/{service}/mcp/tools/{tool['route']}",
                    {"offered": True, "digest": tool["digest"]},
                )
        applications = [ada.application(name) for name in ("agent", "other")]
        (token, jti), (other, _) = (ada.token(one) for one in applications)
        ada.in_force()
        url, whole = f"{passgate.url}/mcp/files", f"{passgate.url}/mcp"
        assert httpx.post(url, json={}).status_code == 401
        assert listed(url, token) == {}
        for one in applications:
            ada.post("/subscriptions", {"service_id": service, "application_id": one})
        ada.in_force()
        until(lambda: set(listed(url, token)) == {"read_file", "whose_session"}, what="the tools")
        assert set(listed(whole, token)) == {"files_read_file", "files_whose_session"}
        assert listed(url, token)["read_file"].output_schema is not None

        got = called(whole, token, "files_read_file", {"path": "/a"})
        assert (got.is_error, got.structured_content) == (False, {"path": "/a", "text": "hello"}), said(got)
        assert "remove_file" not in said(called(url, token, "read_file", {"path": "/a"}))
        assert called(url, token, "read_file", {}).is_error
        bearer = {"authorization": f"Bearer {token}"}
        plain = httpx.post(f"{passgate.url}/files/tools/read_file", headers=bearer, json={"path": "/b"})
        assert plain.json()["structuredContent"]["path"] == "/b"
        assert httpx.post(f"{passgate.url}/files/tools/remove_file", headers=bearer, json={}).status_code == 404
        assert httpx.post(f"{passgate.url}/files", headers=bearer, json={}).status_code == 404

        # A session a caller, which is opened anew where the server has lost it.
        sessions = [said(called(url, one, "whose_session", {})) for one in (token, token, other)]
        assert sessions[0] == sessions[1] != sessions[2]
        assert token not in json.dumps(server.headers)
        bearing = {"authorization": f"Bearer {SERVER_SECRET}", "mcp-session-id": sessions[0]}
        assert httpx.delete(server.url, headers=bearing).is_success
        assert said(called(url, token, "whose_session", {})) not in {*sessions, ""}

        # Nobody else finds the way that workers have, and a server's refusal of our key is not the caller's 401.
        revision = plain.headers["x-passgate-revision"]
        way = httpx.post(
            f"{passgate.url}/_passgate/servers/{revision}", headers=bearer | {"x-passgate-server": "1"}, json={}
        )
        assert way.status_code == 404
        server.refusing = True
        refused = httpx.post(f"{passgate.url}/files/tools/read_file", headers=bearer, json={"path": "/b"})
        assert (refused.status_code, refused.json()["code"]) == (502, "mcp_server_auth_failed")
        server.refusing = False
        rows = until(lambda: [row for row in ada.get("/calls")["items"] if row["status"] == 502], what="the log")
        assert (rows[0]["service_id"], rows[0]["path"]) == (service, "/files/tools/read_file")

        server.change(read_file, description="Reads a file, and more.")
        ada.post(f"/services/{service}/mcp/refresh")
        ada.in_force()
        until(lambda: set(listed(url, token)) == {"whose_session"}, what="the end of the changed tool")
        ada.post(f"/tokens/{jti}/revoke", {"reason": "over"})
        until(lambda: httpx.post(url, json={}, headers=bearer).status_code == 401, what="the end of the token")
        assert not [secret for secret in (token, SERVER_SECRET) if secret in passgate.log]


def _refused(result: CallToolResult) -> CallToolResult | None:
    return result if result.is_error else None
