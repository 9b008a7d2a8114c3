"""A configuration of Kong's, imported by the command line, and called through the real Envoy."""

import json
from pathlib import Path

import httpx

from e2e.running import Administrator
from local_site import SiteHandler, local_site

_APP = "https://app.example.com"
_KONG = """
_format_version: "3.0"
services:
  - name: orders
    url: http://orders-upstream/api
    plugins:
      - {{name: key-auth}}
      - {{name: acl, config: {{allow: [shops]}}}}
      - {{name: rate-limiting, config: {{hour: 3}}}}
      - {{name: cors, config: {{origins: ["{app}"], credentials: true}}}}
      - {{name: request-transformer, config: {{append: {{headers: ["x-shop:yes"]}}, remove: {{querystring: [debug]}}}}}}
    routes: [{{name: orders, paths: [/orders], methods: [GET, POST]}}]
  - name: news
    url: http://127.0.0.1:{port}
    plugins: [{{name: ip-restriction, config: {{deny: [10.0.0.0/8]}}}}]
    routes: [{{name: news, paths: [/news], strip_path: false}}]
  - name: fenced
    url: http://127.0.0.1:{port}
    plugins: [{{name: ip-restriction, config: {{allow: [10.0.0.0/8]}}}}]
    routes: [{{name: fenced, paths: [/fenced]}}]
consumers:
  - {{username: shop, acls: [{{group: shops}}], keyauth_credentials: [{{key: abc}}]}}
  - {{username: stranger}}
upstreams:
  - {{name: orders-upstream, targets: [{{target: "127.0.0.1:{port}"}}]}}
"""


class _Upstream(SiteHandler):
    def do_GET(self) -> None:
        self.reply(json.dumps({"path": self.path, "headers": dict(self.headers.items())}).encode())


def test_kongs_services_answer_at_the_gate_as_their_plugins_say(ada: Administrator, tmp_path: Path) -> None:
    passgate = ada.passgate
    with local_site(_Upstream) as port:
        (tmp_path / "kong.yml").write_text(_KONG.format(port=port, app=_APP))
        (tmp_path / "token").write_text(ada.post("/tokens", {"kind": "personal", "name": "ci"})["token"])
        source, folder = str(tmp_path / "kong.yml"), str(tmp_path / "declared")
        server = ("--url", passgate.url, "--token-file", str(tmp_path / "token"))
        done = passgate.cli("import", "kong", source, "-o", folder, "--team", "Shop", "--apply", *server)
        assert done.returncode == 3, done.stderr
        assert "consumers.shop.keyauth_credentials: Passgate issues tokens itself" in done.stderr
        assert passgate.cli("diff", "-f", folder, *server).returncode == 0
        ada.in_force()
        applications = {one["name"]: one["id"] for one in ada.get("/applications")["items"]}
        shop, stranger = (
            {"Authorization": f"Bearer {ada.token(applications[name])[0]}"} for name in ("shop", "stranger")
        )

        def call(path: str, headers: dict[str, str], method: str = "GET") -> httpx.Response:
            return httpx.request(method, f"{passgate.url}{path}", headers=headers)

        assert call("/orders/7", {}).status_code == 401
        assert call("/orders/7", stranger).status_code == 403
        assert call("/orders/7", shop, "DELETE").status_code == 405
        answers = [call("/orders/7?debug=1&page=2", shop) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        seen = answers[0].json()
        assert (seen["path"], {name.lower(): value for name, value in seen["headers"].items()}["x-shop"]) == (
            "/api/7?page=2",
            "yes",
        )
        asked = {"Origin": _APP, "Access-Control-Request-Method": "POST"}
        assert call("/orders/7", asked, "OPTIONS").headers["access-control-allow-origin"] == _APP
        assert call("/news/today", {}).json()["path"] == "/news/today"
        assert call("/fenced/x", {}).status_code == 403
