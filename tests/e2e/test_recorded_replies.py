"""Recorded answers of OpenAI and Anthropic, replayed by a fake vendor, through the real Envoy to both formats."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import httpx
import pytest

from e2e.running import Administrator, running, set_up
from fake_vendor import FakeVendor, recorded_reply
from inference.translation.recordings import Recording, covered
from inference.translation.substance import REPLY, STREAM, expected, family, same
from passgate.inference.translation import InboundFormat

pytestmark = pytest.mark.recordings

PATHS: dict[InboundFormat, str] = {"openai-chat": "/v1/chat/completions", "anthropic-messages": "/v1/messages"}
QUESTION = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 9}


@dataclass
class Replay:
    ada: Administrator
    vendor: FakeVendor
    client: httpx.Client

    def ask(self, form: InboundFormat, recording: Recording, body: dict[str, object]) -> httpx.Response:
        exchange = {"status": 200, "content_type": recording.content_type, "response": recording.response}
        path = "/v1/messages" if recording.dialect == "anthropic" else "/v1/chat/completions"
        self.vendor.reply(path, recorded_reply(exchange, seed=crc32(recording.name.encode())))
        return self.client.post(PATHS[form], json=body | {"model": f"replayed-{recording.dialect}"})


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    with running(tmp_path_factory.mktemp("replay") / "data") as passgate, FakeVendor() as vendor:
        ada = set_up(passgate)
        for dialect, base in (("openai", f"{vendor.url}/v1"), ("anthropic", vendor.url)):
            body = {"vendor": dialect, "name": dialect, "base_url": base, "api_key": "sk-x"}
            provider = ada.post("/providers", body)["id"]
            choice = {"vendor_model": f"replayed-{dialect}", "kind": "chat"}
            ada.post(f"/providers/{provider}/models", {"models": [choice]})
        token, _ = ada.token(ada.application("replay"))
        ada.in_force()
        with httpx.Client(base_url=passgate.url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
            yield Replay(ada, vendor, client)


def chats() -> list[Recording]:
    return [
        recording
        for recording in covered()
        if recording.vendor in ("openai", "anthropic")
        and recording.status == 200
        and recording.form != "openai-embeddings"
    ]


@pytest.mark.parametrize("form", ["openai-chat", "anthropic-messages"])
def test_every_recorded_answer_keeps_its_substance(replay: Replay, form: InboundFormat) -> None:
    for recording in chats():
        own = "anthropic-messages" if recording.dialect == "anthropic" else "openai-chat"
        body = dict(recording.request) if own == form else QUESTION | {"stream": recording.streamed}
        if recording.streamed and form == "openai-chat":
            body["stream_options"] = {"include_usage": True}
        answer = replay.ask(form, recording, body)
        assert answer.status_code == 200, (recording.name, answer.text)
        if recording.streamed:
            found = STREAM[family(form)](answer.content)
            wanted = STREAM[recording.dialect](recording.body)
        else:
            found = REPLY[family(form)](answer.json())
            wanted = REPLY[recording.dialect](json.loads(recording.body))
        same(recording, form, found, expected(recording, form, wanted))


def test_the_recordings_are_many() -> None:
    assert len(chats()) > 200
