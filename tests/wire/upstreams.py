"""Upstreams that others wrote, each on a port of the loopback: httpbin, nginx, gRPC, WebSocket, and TLS that asks."""

import http.server
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import werkzeug.datastructures
import werkzeug.http
from websockets.sync.server import ServerConnection, serve
from werkzeug.serving import WSGIRequestHandler, make_server

from local_site import SiteHandler, serving
from wire.rig import free_port, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
ECHO = "/echo.Echo"
EVENTS = 500
"""So many come in two seconds, with a pause after each."""

_NGINX_CONF = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_types text/plain; gzip_min_length 1;
  server {{
    listen 127.0.0.1:{port}; root {folder}/www; client_max_body_size 64m;
    location /put/ {{ client_body_in_file_only clean; client_body_buffer_size 1k; dav_methods PUT; }}
    location = /moved {{ return 301 /file.txt; }}
    location = /gone {{ return 410 "gone\\n"; }}
  }}
}}
"""


class _KeepingAlive(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def httpbin() -> Iterator[int]:
    """The port of httpbin (PyPI, 0.10), with a stream of events beside it."""
    # The httpbin that Python 3.11 gets asks werkzeug for a function that became a method.
    if not hasattr(werkzeug.http, "parse_authorization_header"):
        werkzeug.http.parse_authorization_header = werkzeug.datastructures.Authorization.from_header  # type: ignore[attr-defined]
    from httpbin import app  # noqa: PLC0415 - see above

    def with_events(environ: Any, start_response: Any) -> Iterable[bytes]:
        return _events(start_response) if environ["PATH_INFO"] == "/events" else app(environ, start_response)

    server = make_server("127.0.0.1", 0, with_events, threaded=True, request_handler=_KeepingAlive)
    with serving(server) as port:
        yield port


def _events(start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("content-type", "text/event-stream")])
    for number in range(EVENTS):
        time.sleep(0.004)
        yield f"id: {number}\ndata: {number}\n\n".encode()


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """The port of an nginx that serves the folder ``www`` there."""
    port = free_port()
    (folder / "nginx.conf").write_text(_NGINX_CONF.format(folder=folder, port=port))
    assert NGINX is not None
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
    try:
        wait_until(lambda: (folder / "pid").exists() or process.poll() is not None)
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        yield port
    finally:
        process.terminate()
        process.wait(10)
        if process.stderr is not None:
            process.stderr.close()


@contextmanager
def grpc_echo() -> Iterator[int]:
    """The port of a gRPC server (grpcio): ``Say`` echoes, ``Chat`` echoes a stream, ``Fail`` is refused."""

    def fail(_: bytes, context: grpc.ServicerContext) -> bytes:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not now")
        return b""

    def say(given: bytes, context: grpc.ServicerContext) -> bytes:
        context.set_trailing_metadata([("x-seen", "authorization" if _has_token(context) else "nothing")])
        return given

    handlers = {
        "Say": grpc.unary_unary_rpc_method_handler(say),
        "Fail": grpc.unary_unary_rpc_method_handler(fail),
        "Chat": grpc.stream_stream_rpc_method_handler(lambda given, _: (b"echo " + one for one in given)),
    }
    with ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(ECHO[1:], handlers),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        yield port
        server.stop(0).wait()


@contextmanager
def websocket_echo() -> Iterator[int]:
    """The port of a WebSocket server (websockets) that echoes, and tells first which path was asked for."""

    def echo(connection: ServerConnection) -> None:
        assert connection.request is not None
        connection.send(connection.request.path)
        for message in connection:
            connection.send(message)

    with serve(echo, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield int(server.socket.getsockname()[1])
        server.shutdown()
        thread.join()


class _Asking(SiteHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say whom the client's certificate names."""
        assert isinstance(self.connection, ssl.SSLSocket)
        subject = (self.connection.getpeercert() or {}).get("subject", ())
        body = str(dict(pair for part in subject for pair in part).get("commonName")).encode()  # type: ignore[misc, union-attr]
        self.reply(body, "text/plain")


@contextmanager
def asking_for_certificates(certificate: Path, key: Path, clients_ca: Path) -> Iterator[int]:
    """The port of a TLS server that takes only clients whose certificate that authority vouches for."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Asking)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(clients_ca)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with serving(server) as port:
        yield port


def _has_token(context: grpc.ServicerContext) -> bool:
    return any(name == "authorization" for name, _ in context.invocation_metadata())
