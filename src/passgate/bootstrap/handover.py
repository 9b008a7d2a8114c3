"""From the command that has prepared a node to the program that supervises it."""

import os
import sys
import tempfile
from collections.abc import Mapping
from typing import NoReturn

from passgate.bootstrap.node_plan import NodePlan

_PROGRAM = "passgate.bootstrap.supervising"
"""Not imported: the command needs none of what it loads."""


def become_supervisor(plan: NodePlan, environment: Mapping[str, str], kept_open: int) -> NoReturn:
    """Replace this program by the supervisor of that plan; the process stays the same.

    Args:
        plan: goes over in a file without a name.
        environment: of the supervisor and its children. Secrets are told here alone.
        kept_open: a descriptor that stays open in it.
    """
    with tempfile.TemporaryFile() as file:
        file.write(plan.text().encode())
        file.seek(0)
        for descriptor in (file.fileno(), kept_open):
            os.set_inheritable(descriptor, True)
        sys.stdout.flush()
        argv = [sys.executable, "-m", _PROGRAM, str(file.fileno())]
        os.execve(sys.executable, argv, dict(environment))  # noqa: S606 - nothing of it comes from outside
