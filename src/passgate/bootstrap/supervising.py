"""The supervisor as a program: it takes the place of the command that prepared the node, and weighs half as much.

``passgate up`` has loaded what reads settings and writes Envoy's start-up file; none of it is needed while the node
runs, and Python gives nothing back of what it has loaded.
"""

import asyncio
import contextlib
import os
import sys
from pathlib import Path

from passgate import __version__
from passgate.bootstrap.logs import configure_logging
from passgate.bootstrap.node_plan import NodePlan
from passgate.bootstrap.readiness import gate_is_ready
from passgate.bootstrap.supervisor import Supervisor
from passgate.gateway.envoy.admin import AdminError, EnvoyAdmin

_DRAIN_POLLS = 40
_DRAIN_POLL_SECONDS = 0.1


def main(descriptor: int) -> int:
    """Supervise by the plan that lies behind that descriptor; the exit code."""
    with os.fdopen(descriptor, "rb") as file:
        plan = NodePlan.read(file.read().decode())
    configure_logging("supervisor", plan.log_format, plan.log_level)
    control = Path(plan.control) if plan.control is not None else None
    supervisor = Supervisor(
        specs=plan.children,
        stop_order=plan.stop_order,
        is_ready=lambda: gate_is_ready(plan.gate, control),
        on_ready=lambda: _announce(plan),
        before_stop=lambda: _drain(Path(plan.envoy_admin)),
        report=Path(plan.report),
        port=plan.gate.port,
    )
    return asyncio.run(supervisor.run())


def _announce(plan: NodePlan) -> None:
    lines = [f"Passgate {__version__} is ready: {plan.base_url}"]
    setup_link = Path(plan.setup_link)
    if plan.control is not None and setup_link.exists():
        link = setup_link.read_text(encoding="utf-8")
        setup_link.unlink()
        lines += ["", "Create the first administrator with this link (once, within 24 hours):", f"  {link}"]
    sys.stdout.write("\n" + "\n".join(lines) + "\n\n")
    sys.stdout.flush()


async def _drain(envoy_admin: Path) -> None:
    """Let calls that are under way finish, for a while; new connections go elsewhere."""
    admin = EnvoyAdmin(envoy_admin)
    with contextlib.suppress(AdminError):
        await admin.drain()
        for _ in range(_DRAIN_POLLS):
            if not await admin.calls_under_way():
                return
            await asyncio.sleep(_DRAIN_POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
