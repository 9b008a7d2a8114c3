"""The delta protocol: what is sent when, and what comes of Envoy's answers."""

import asyncio
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.xds.fake_envoy import FakeEnvoy
from passgate.gateway.envoy.messages import UnknownShapeError
from passgate.gateway.envoy.names import CLUSTER, EXTENSION, ROUTE_TABLE, ROUTES, JsonObject
from passgate.gateway.xds.outcome import Outcome, OutcomeKind
from passgate.gateway.xds.server import AdsServer
from wire.rig import message_factory


class Bench:
    """A server and what it said."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "ads"
        self.acks: list[tuple[str, str]] = []
        self.rejections: list[tuple[str, str, str, str]] = []
        self.server = AdsServer(
            message_factory(),
            self.socket,
            on_ack=lambda *said: self.acks.append(said),
            on_reject=lambda *said: self.rejections.append(said),
        )

    @asynccontextmanager
    async def envoy(self, **held: dict[str, str]) -> AsyncIterator[FakeEnvoy]:
        """One that asks for everything, telling what it still holds."""
        envoy = FakeEnvoy(message_factory(), self.socket)
        await envoy.subscribe(CLUSTER, versions=held.get("clusters"))
        await envoy.subscribe(EXTENSION, "jwt", versions=held.get("extensions"))
        await envoy.subscribe(ROUTES, ROUTE_TABLE, versions=held.get("routes"))
        await until(self._asked_for_all)
        try:
            yield envoy
        finally:
            await envoy.close()

    def _asked_for_all(self) -> bool:
        stream = self.server._stream
        kinds = stream._types.values() if stream is not None else ()
        return sum(kind.wildcard or bool(kind.wanted) for kind in kinds) == len((CLUSTER, EXTENSION, ROUTES))


def resources(*clusters: str, seconds: int = 1) -> dict[str, dict[str, JsonObject]]:
    hosts = [{"name": name, "domains": [f"{name}.example"]} for name in clusters]
    return {
        ROUTES: {ROUTE_TABLE: {"name": ROUTE_TABLE, "virtual_hosts": hosts}},
        CLUSTER: {name: {"name": name, "connect_timeout": f"{seconds}s"} for name in clusters},
        EXTENSION: {"jwt": {"name": "jwt"}},
    }


def run(play: Callable[[Bench], Awaitable[None]]) -> None:
    async def whole() -> None:
        with tempfile.TemporaryDirectory(prefix="pg-") as folder:
            bench = Bench(Path(folder))
            await bench.server.start()
            try:
                await asyncio.wait_for(play(bench), 20)
            finally:
                await bench.server.stop()

    asyncio.run(whole())


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  # the state of another process's end, which nobody announces
            await asyncio.sleep(0.002)


def once(envoy: FakeEnvoy, type_url: str) -> Callable[[Any], str | None]:
    """Refuses the next response of a type; and, as Envoy does, takes what it can of it all the same."""
    left = [type_url]

    def refuse(response: Any) -> str | None:
        if response.type_url not in left:
            return None
        left.clear()
        envoy.held[response.type_url].update(dict.fromkeys((one.name for one in response.resources), "?"))
        return "bad field"

    return refuse


def test_only_the_owner_may_connect() -> None:
    async def play(bench: Bench) -> None:
        assert stat.S_IMODE(os.stat(bench.socket).st_mode) == 0o600  # noqa: PTH116  # a socket's mode, once

    run(play)


def test_clusters_come_before_routes_and_go_after_them() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a", "b"))
            envoy.log.clear()
            outcome = await bench.server.publish("snapshot", "2", resources("b", "c"))
            assert outcome == Outcome(OutcomeKind.APPLIED)
            assert envoy.log == [
                (CLUSTER, ("c",), ()),
                (ROUTES, (ROUTE_TABLE,), ()),
                (CLUSTER, (), ("a",)),
            ]
            assert set(envoy.held[CLUSTER]) == {"b", "c"}

    run(play)


def test_a_pool_stays_for_a_moment_unless_no_route_ever_led_there() -> None:
    pool, other = "service:a:1:default", "service:a:2:default"

    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a", pool))
            await bench.server.publish("snapshot", "2", resources("a"))
            assert set(envoy.held[CLUSTER]) == {"a", pool}
            envoy.refuse = once(envoy, ROUTES)
            outcome = await bench.server.publish("snapshot", "3", resources("a", other))
            assert outcome.kind is OutcomeKind.REJECTED
            assert set(envoy.held[CLUSTER]) == {"a", pool}
            await until(lambda: set(envoy.held[CLUSTER]) == {"a"})

    run(play)


def test_only_what_changed_is_sent() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a", "b"))
            envoy.log.clear()
            await bench.server.publish("snapshot", "2", resources("a", "b"))
            assert envoy.log == []
            await bench.server.publish("other", "1", {EXTENSION: {}})
            assert envoy.log == []
            assert bench.acks[-2:] == [("snapshot", "2"), ("other", "1")]

    run(play)


def test_a_version_counts_once_all_of_it_was_acknowledged() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            envoy.answering.clear()
            publishing = asyncio.create_task(bench.server.publish("snapshot", "1", resources("a")))
            done, _ = await asyncio.wait([publishing], timeout=0.1)
            assert (done, bench.acks) == (set(), [])
            envoy.answering.set()
            assert (await publishing).kind is OutcomeKind.APPLIED
            assert bench.acks == [("snapshot", "1")]

    run(play)


@pytest.mark.parametrize("refused", [CLUSTER, EXTENSION, ROUTES])
def test_after_a_rejection_all_types_are_as_they_were(refused: str) -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a", "b"))
            good = {url: dict(held) for url, held in envoy.held.items()}
            bad = resources("a", "c", seconds=2)
            bad[EXTENSION]["jwt"]["typed_config"] = {"@type": CLUSTER, "name": "x"}
            envoy.refuse = once(envoy, refused)
            outcome = await bench.server.publish("snapshot", "2", bad)
            assert outcome == Outcome(OutcomeKind.REJECTED, refused, "bad field")
            assert bench.rejections == [("snapshot", "2", refused, "bad field")]
            assert bench.acks == [("snapshot", "1")]
            assert envoy.held == good
            assert (await bench.server.publish("snapshot", "3", resources("a"))).kind is OutcomeKind.APPLIED
            assert set(envoy.held[CLUSTER]) == {"a"}

    run(play)


def test_a_rejected_first_version_is_taken_back() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            envoy.refuse = lambda response: "no" if response.resources else None
            outcome = await bench.server.publish("snapshot", "1", resources("a"))
            assert outcome.kind is OutcomeKind.REJECTED
            assert envoy.held[CLUSTER] == {}

    run(play)


def test_a_rejection_of_one_group_leaves_the_other() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a"))
            await envoy.subscribe(EXTENSION, "deny")
            await bench.server.publish("deny", "1", {EXTENSION: {"deny": {"name": "deny"}}})
            await until(lambda: bench.acks[-1] == ("deny", "1"))
            good = dict(envoy.held[EXTENSION])
            assert set(good) == {"jwt", "deny"}
            envoy.refuse = once(envoy, EXTENSION)
            bad = {EXTENSION: {"deny": {"name": "deny", "typed_config": {"@type": CLUSTER}}}}
            outcome = await bench.server.publish("deny", "2", bad)
            assert outcome == Outcome(OutcomeKind.REJECTED, EXTENSION, "bad field")
            assert envoy.held[EXTENSION] == good

    run(play)


def test_an_envoy_that_comes_later_gets_all_and_acknowledges_it() -> None:
    async def play(bench: Bench) -> None:
        assert (await bench.server.publish("snapshot", "1", resources("a"))).kind is OutcomeKind.WAITING
        assert bench.acks == []
        async with bench.envoy() as envoy:
            await until(lambda: bench.acks == [("snapshot", "1")])
            assert set(envoy.held[CLUSTER]) == {"a"}
        await until(lambda: not bench.server.connected)

    run(play)


def test_an_envoy_that_comes_back_gets_what_it_lacks_and_loses_what_is_too_much() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a", "b"))
            held = {url: dict(known) for url, known in envoy.held.items()}
        await until(lambda: not bench.server.connected)
        await bench.server.publish("snapshot", "2", resources("b", "c"))
        async with bench.envoy(clusters=held[CLUSTER], extensions=held[EXTENSION], routes=held[ROUTES]) as back:
            await until(lambda: bench.acks[-1] == ("snapshot", "2"))
            assert back.log == [(CLUSTER, ("c",), ()), (ROUTES, (ROUTE_TABLE,), ()), (CLUSTER, (), ("a",))]

    run(play)


def test_a_name_that_is_asked_for_later_is_sent_then_and_nothing_waits_for_it() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            both = resources("a")
            both[EXTENSION]["deny"] = {"name": "deny"}
            assert (await bench.server.publish("snapshot", "1", both)).kind is OutcomeKind.WAITING
            assert set(envoy.held[EXTENSION]) == {"jwt"}
            assert bench.acks == []
            await envoy.subscribe(EXTENSION, "deny")
            await until(lambda: bench.acks == [("snapshot", "1")])
            assert set(envoy.held[EXTENSION]) == {"jwt", "deny"}

    run(play)


def test_a_group_that_envoy_cannot_ask_for_yet_does_not_hold_up_the_others() -> None:
    """A starting Envoy asks for filters only when it has its clusters, which are of another group."""

    async def play(bench: Bench) -> None:
        await bench.server.publish("deny", "1", {EXTENSION: {"deny": {"name": "deny"}}})
        envoy = FakeEnvoy(message_factory(), bench.socket)
        await envoy.subscribe(CLUSTER)
        await until(lambda: bench.server.connected)
        assert (await bench.server.publish("snapshot", "1", resources("a"))).kind is OutcomeKind.WAITING
        await until(lambda: "a" in envoy.held[CLUSTER])
        await envoy.subscribe(EXTENSION, "deny")
        await envoy.subscribe(EXTENSION, "jwt")
        await envoy.subscribe(ROUTES, ROUTE_TABLE)
        await until(lambda: bench.acks == [("deny", "1"), ("snapshot", "1")])
        await envoy.close()

    run(play)


def test_an_envoy_that_leaves_in_the_middle_gets_it_when_it_is_back() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            envoy.answering.clear()
            publishing = asyncio.create_task(bench.server.publish("snapshot", "1", resources("a")))
            await asyncio.wait([publishing], timeout=0.05)
        assert (await publishing).kind is OutcomeKind.WAITING
        async with bench.envoy():
            await until(lambda: bench.acks == [("snapshot", "1")])

    run(play)


def test_a_new_envoy_takes_the_place_of_one_that_hangs() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as old:
            old.answering.clear()
            publishing = asyncio.create_task(bench.server.publish("snapshot", "1", resources("a")))
            await asyncio.wait([publishing], timeout=0.05)
            async with bench.envoy():
                assert (await publishing).kind is OutcomeKind.WAITING
                await until(lambda: bench.acks == [("snapshot", "1")])

    run(play)


def test_what_does_not_fit_a_message_changes_nothing() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            await bench.server.publish("snapshot", "1", resources("a"))
            envoy.log.clear()
            bad = resources("a", "b")
            bad[CLUSTER]["b"]["conect_timeout"] = "1s"
            with pytest.raises(UnknownShapeError, match="conect_timeout"):
                await bench.server.publish("snapshot", "2", bad)
            assert (envoy.log, bench.rejections) == ([], [])
            assert (await bench.server.publish("snapshot", "3", resources("a"))).kind is OutcomeKind.APPLIED

    run(play)


def test_publications_wait_for_each_other_and_one_that_is_cancelled_goes_on() -> None:
    async def play(bench: Bench) -> None:
        async with bench.envoy() as envoy:
            envoy.answering.clear()
            first = asyncio.create_task(bench.server.publish("snapshot", "1", resources("a")))
            second = asyncio.create_task(bench.server.publish("snapshot", "2", resources("b")))
            await asyncio.wait([first], timeout=0.05)
            first.cancel()
            envoy.answering.set()
            await second
            assert bench.acks == [("snapshot", "1"), ("snapshot", "2")]

    run(play)
