"""The control process: management API, OAuth endpoints and console, in one application on a Unix socket."""

import logging
from datetime import timedelta

import uvicorn
from fastapi import FastAPI

from passgate.api.app import create_api
from passgate.api.edge import Edge
from passgate.bootstrap.alerts import raised_alerts
from passgate.bootstrap.client_keys import followed_client_keys
from passgate.bootstrap.database import open_storage
from passgate.bootstrap.expiring_certificates import told_expiries
from passgate.bootstrap.issuers import fresh_keys
from passgate.bootstrap.layout import Folders
from passgate.bootstrap.logouts import told_logouts
from passgate.bootstrap.mcp_servers import watched_servers
from passgate.bootstrap.scheduled_steps import made_steps
from passgate.bootstrap.signing_keys import kept_keys
from passgate.bootstrap.subscriptions import ended_subscriptions
from passgate.console.app import Console, mount_console
from passgate.gateway.publication import Publication
from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.key_rotation import keep_keys
from passgate.identity.service.keys import ensure_signing_key
from passgate.identity.service.master_key import require_master_key
from passgate.identity.service.sessions import SessionLimits
from passgate.identity.service.setup import has_administrator, new_setup_link
from passgate.kernel.atomic_file import write_atomically
from passgate.publishing.prompts.gate import LocalGate
from passgate.settings import Settings
from passgate.storage.work import Storage

_log = logging.getLogger("passgate.control")

_GRACE_SECONDS = 3
_KEPT_SECONDS = 2 * 60 * 60
"""How long an idle connection stays open: longer than Envoy keeps one (an hour), so that Envoy is the one that closes
it. What control closes, Envoy may just be sending a call on, which then fails."""
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - to be told from the others


def run_control(settings: Settings, folders: Folders) -> None:
    """Prepare a first start of a database that is of the present schema, then serve until a signal.

    Raises:
        PassgateError: the database, the master key or a folder cannot be used.
    """
    storage = open_storage(settings, folders)
    prepare(settings, storage)
    leave_setup_link(settings, storage, folders)
    path = folders.socket("control")
    path.unlink(missing_ok=True)
    config = uvicorn.Config(
        build_application(settings, storage),
        uds=str(path),
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips="*",  # the socket is reachable by Envoy alone
        timeout_keep_alive=_KEPT_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with (
        fresh_keys(storage),
        kept_keys(settings, storage),
        told_logouts(settings, storage),
        followed_client_keys(settings, storage),
        ended_subscriptions(storage),
        made_steps(storage),
        watched_servers(settings, storage),
        told_expiries(storage),
        raised_alerts(settings, storage),
    ):
        uvicorn.Server(config).run()


def build_application(settings: Settings, storage: Storage) -> FastAPI:
    """API and console over the same services."""
    issuer = TokenIssuer(issuer=settings.token_issuer, audience=settings.audience)
    secure = settings.base_url.startswith("https://")
    limits = SessionLimits(
        absolute=timedelta(hours=settings.session_lifetime_hours), idle=timedelta(minutes=settings.session_idle_minutes)
    )
    gate = local_gate(settings)
    edge = Edge(
        storage,
        issuer,
        settings.base_url,
        secure_cookies=secure,
        session_limits=limits,
        fetch_private_addresses=settings.fetch_private_addresses,
        gate=gate,
    )
    api = create_api(edge)
    console = Console(
        storage,
        issuer,
        settings.base_url,
        secure_cookies=secure,
        session_limits=limits,
        gate=gate,
        fetch_private_addresses=settings.fetch_private_addresses,
    )
    mount_console(api, console)
    return api


def local_gate(settings: Settings) -> LocalGate:
    """This machine's own Envoy, by the address that it listens on."""
    host = "127.0.0.1" if settings.host in _ANY_ADDRESS else settings.host
    return LocalGate(host, settings.port, settings.tls_certificate)


def prepare(settings: Settings, storage: Storage) -> None:
    """See that there is a signing key, and that the newest snapshot is of the present state and settings.

    Raises:
        MasterKeyError: the secrets of this database are under another master key.
    """
    with storage.writing() as work:
        require_master_key(work)
        ensure_signing_key(work)
        keep_keys(work, rotate_after=None)
        work.session.flush()
        Publication(issuer=settings.token_issuer, audience=settings.audience).publish(work)


def leave_setup_link(settings: Settings, storage: Storage, folders: Folders) -> None:
    """While there is no administrator, leave a fresh one-time link for the supervisor to print."""
    folders.setup_link.unlink(missing_ok=True)
    with storage.writing() as work:
        if has_administrator(work):
            return
        secret = new_setup_link(work)
    write_atomically(folders.setup_link, f"{settings.base_url}/console/setup?key={secret}")
