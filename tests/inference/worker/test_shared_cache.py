"""The cache of answers in a Valkey: shared by all workers, and no reason to fail when it is away."""

from pathlib import Path

from valkey import Valkey

from fake_vendor import FakeVendor, openai_chat, openai_stream
from inference.worker.running_worker import RunningWorker, config, deployment, model, provider, until
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
