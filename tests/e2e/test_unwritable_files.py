"""A node whose files cannot be written, as on a full disk: it obeys and counts all the same, and says so once."""

import shutil

import httpx

from e2e.running import Administrator, until
from fake_vendor import FakeVendor, openai_chat
from passgate.bootstrap.layout import folders_of
from passgate.settings import load_settings

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}


def test_revocations_and_calls_do_not_need_the_nodes_files(ada: Administrator, openai_vendor: FakeVendor) -> None:
    openai_vendor.reply("/v1/chat/completions", openai_chat("Hello"))
    ada.provider("openai", f"{openai_vendor.url}/v1", "gpt-4o-mini")
    application = ada.application("load")
    token, _ = ada.token(application)
    leaked, leaked_jti = ada.token(application)
    ada.in_force()
    passgate = ada.passgate
    node = passgate.data / "node"
    blocked = [node / name for name in ("revocations.json", "snapshot.json", "spent.json")]
    for file in blocked:
        file.unlink(missing_ok=True)
        file.mkdir()  # no file can take its place

    def call(bearer: str) -> httpx.Response:
        url, header = f"{passgate.url}/v1/chat/completions", {"Authorization": f"Bearer {bearer}"}
        return httpx.post(url, json=CHAT, headers=header, timeout=10)

    assert call(leaked).status_code == 200
    ada.post(f"/tokens/{leaked_jti}/revoke")
    until(lambda: call(leaked).status_code == 401, what="a refusal of the revoked token")
    until(lambda: "the node's files cannot be written" in passgate.log, what="a word on the files")
    until(lambda: "calls wait in the spool" in passgate.log, what="a word on the sums")
    answered = call(token).headers["x-request-id"]
    until(lambda: answered in {row["request_id"] for row in ada.get("/calls")["items"]}, what="the call's row")
    ada.application("a change that control publishes")
    for file in blocked:
        file.rmdir()
    until(lambda: all(file.is_file() for file in blocked), seconds=20, what="the files")
    assert "the node's files are written again" in passgate.log
    until(lambda: "calls are taken from the spool again" in passgate.log, what="a word on the end")
    assert passgate.log.count("the node's files cannot be written") <= 2
    assert "Traceback" not in passgate.log
    assert "restarting" not in passgate.cli("status").stdout


def test_a_cleaned_temporary_folder_is_made_anew(ada: Administrator, openai_vendor: FakeVendor) -> None:
    """A cleaner of old files took the sockets: what is started again does not need a start of the whole."""
    passgate = ada.passgate
    url, bearer = ada.chat_of(openai_vendor)
    shutil.rmtree(folders_of(load_settings(data_dir=passgate.data)).runtime)
    passgate.kill("worker-1")
    passgate.kill("control")
    until(lambda: httpx.post(url, json=CHAT, headers=bearer).status_code == 200, seconds=60, what="a model's answer")
    until(lambda: ada.client.get("/api/v1/session").is_success, seconds=60, what="control's answer")
