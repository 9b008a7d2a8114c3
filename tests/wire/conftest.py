"""Gates behind a real Envoy: one that a module shares, and one of a test's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from wire.rig import Gate, open_gate, wait_until


def serve(gate: Gate) -> Gate:
    """Starts Envoy with three services, one of each kind of access; app_one has subscribed to the orders."""
    gate.start_envoy(wait=False)
    gate.deny()
    gate.publish(
        gate.snapshot(
            gate.service("/orders"), gate.service("/open", access="public"), gate.service("/tickets", access="token")
        )
    )
    wait_until(gate.is_ready)
    return gate


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    """Shared by a module: a test may call, and read, but not publish."""
    with open_gate() as gate:
        yield serve(gate)


@pytest.fixture
def own_gate() -> Iterator[Gate]:
    """A test's own, to publish on."""
    with open_gate() as gate:
        yield serve(gate)


@pytest.fixture
def altered() -> Iterator[Callable[..., Gate]]:
    """Opens a gate whose start-up file was changed, to show what a protection is worth."""
    with ExitStack() as gates:

        def open_altered(alter: Callable[[Any], None]) -> Gate:
            return serve(gates.enter_context(open_gate(alter=alter)))

        yield open_altered
