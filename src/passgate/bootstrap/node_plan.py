"""What the supervisor needs to know of a node: plain data, so that a program without any library can take it over."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from passgate.bootstrap.logs import LogFormat


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How to start a child; its environment is the supervisor's own."""

    name: str
    argv: Sequence[str]


@dataclass(frozen=True, slots=True)
class GateAddress:
    """Where a gate listens, and whether with TLS."""

    host: str
    port: int
    has_tls: bool


@dataclass(frozen=True, slots=True)
class StopGroup:
    """Children that get SIGTERM together, and the seconds that they may take."""

    names: Sequence[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class NodePlan:
    """A node that is ready to be started; paths are texts.

    Attributes:
        children: in the order of starting.
        stop_order: groups of children, the first to be stopped first.
        gate: where Envoy listens.
        control: control's socket; None where it does not run here.
        envoy_admin: the socket of Envoy's admin interface.
        report: file that tells the children's state, for ``passgate status``.
        base_url: what users are told.
        setup_link: file that control leaves while there is no administrator.
        log_format: of the supervisor's own log.
        log_level: the same.
    """

    children: Sequence[ChildSpec]
    stop_order: Sequence[StopGroup]
    gate: GateAddress
    control: str | None
    envoy_admin: str
    report: str
    base_url: str
    setup_link: str
    log_format: LogFormat
    log_level: str

    def text(self) -> str:
        """The plan as JSON."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """The plan that :meth:`text` gave."""
        members: dict[str, Any] = json.loads(text)
        members["children"] = tuple(ChildSpec(**child) for child in members["children"])
        members["stop_order"] = tuple(StopGroup(**group) for group in members["stop_order"])
        members["gate"] = GateAddress(**members["gate"])
        return cls(**members)
