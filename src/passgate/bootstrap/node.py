"""A node's processes: which there are, how they start, and in which order they stop."""

import errno
import fcntl
import json
import os
import resource
import socket
import sys
from typing import NoReturn

from passgate.bootstrap.handover import become_supervisor
from passgate.bootstrap.layout import Folders
from passgate.bootstrap.logs import ENVOY_LOG_FORMATS
from passgate.bootstrap.node_plan import ChildSpec, GateAddress, NodePlan, StopGroup
from passgate.gateway.envoy.binary import EnvoyBinary, find_envoy
from passgate.gateway.envoy.bootstrap import bootstrap
from passgate.gateway.envoy.ca_bundle import find_ca_bundle
from passgate.gateway.envoy.command import envoy_command
from passgate.gateway.envoy.layout import NodeLayout
from passgate.kernel.atomic_file import write_atomically
from passgate.kernel.errors import PassgateError
from passgate.settings import Settings, child_environment

_ENVOY_LEVELS = {"debug": "info", "info": "warning", "warning": "error", "error": "critical"}
"""Envoy says at each level what we would say one level lower."""


class CannotStartError(PassgateError):
    """Something that a start needs is taken or missing; the text says what."""

    code = "cannot_start"


def run_node(settings: Settings, folders: Folders, *, with_control: bool) -> NoReturn:
    """Prepare a node, and become its supervisor.

    Raises:
        PassgateError: the port is taken, the data folder is in use, or Envoy is missing.
    """
    binary = find_envoy()
    lock = _sole_use(folders)
    _check_port(settings)
    for leftover in folders.runtime.glob("*.sock"):
        leftover.unlink()
    plan = NodePlan(
        children=_specs(settings, folders, binary, with_control=with_control),
        stop_order=(
            StopGroup(("envoy",), 1.5),
            StopGroup(("control", *worker_names(settings)), 2.5),
            StopGroup(("agent",), 1.5),
        ),
        gate=gate_address(settings),
        control=str(folders.socket("control")) if with_control else None,
        envoy_admin=str(folders.socket("envoy-admin")),
        report=str(folders.processes),
        base_url=settings.base_url,
        setup_link=str(folders.setup_link),
        log_format=settings.log_format,
        log_level=settings.log_level,
    )
    _allow_open_files()
    become_supervisor(plan, {**_ONE_ARENA, **child_environment(settings)}, lock)


def gate_address(settings: Settings) -> GateAddress:
    """Where the gate of these settings is asked."""
    return GateAddress(settings.host, settings.port, has_tls=settings.tls_certificate is not None)


def node_layout(settings: Settings, folders: Folders) -> NodeLayout:
    """The node as Envoy's configuration needs to know it."""
    return NodeLayout(
        name=settings.node_name,
        host=settings.host,
        port=settings.port,
        tls_certificate=settings.tls_certificate.absolute() if settings.tls_certificate else None,
        tls_key=settings.tls_private_key.absolute() if settings.tls_private_key else None,
        control_socket=folders.socket("control"),
        worker_sockets=folders.worker_sockets(settings.workers),
        ads_socket=folders.socket("ads"),
        admin_socket=folders.socket("envoy-admin"),
        access_log=folders.access_log,
        ca_bundle=find_ca_bundle(),
        concurrency=settings.envoy_threads,
        public_url=settings.base_url,
        trusted_proxies=settings.trusted_proxies,
    )


_ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
"""Of glibc: threads of one interpreter seldom allocate at once, and an arena for each keeps megabytes that idle."""


def worker_names(settings: Settings) -> list[str]:
    """The names of the node's workers."""
    return [f"worker-{number}" for number in range(1, settings.workers + 1)]


def _specs(settings: Settings, folders: Folders, envoy: EnvoyBinary, *, with_control: bool) -> list[ChildSpec]:
    names = [*(["control"] if with_control else []), "agent", *worker_names(settings)]
    python = [ChildSpec(name=name, argv=[sys.executable, "-m", "passgate.bootstrap.process", name]) for name in names]
    layout = node_layout(settings, folders)
    write_atomically(folders.bootstrap, json.dumps(bootstrap(layout), indent=1))
    argv = envoy_command(envoy, layout, folders.bootstrap, log_level=_ENVOY_LEVELS[settings.log_level])
    argv += ["--log-format", ENVOY_LOG_FORMATS[settings.log_format]]
    return [*python, ChildSpec(name="envoy", argv=argv)]


def _allow_open_files() -> None:
    """Let this process and its children open as many files as the system lets them.

    The usual soft limit of 1024 is there for programs that use ``select``; a worker that has reached it refuses calls,
    and cannot read what is published.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = "is taken by another program" if error.errno == errno.EADDRINUSE else f"fails: {error.strerror}"
            raise CannotStartError(
                f"Listening on {settings.host}:{settings.port} {reason}; set PASSGATE_PORT or PASSGATE_HOST."
            ) from error


def _sole_use(folders: Folders) -> int:
    """The lock on the data folder: a descriptor that holds it for as long as it is open."""
    descriptor = os.open(folders.node / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CannotStartError(f"Another Passgate already runs on the data folder {folders.data}.") from error
    return descriptor
