"""Calls with tokens of a trusted issuer, whose claims the gate hands on in a header of their own."""

from typing import Any

from fake_vendor import FakeVendor, endless_stream, openai_chat
from fake_vendor.openai_replies import openai_events
from inference.worker.running_worker import (
    RunningWorker,
    claims,
    config,
    deployment,
    model,
    provider,
    revocation,
    until,
)
from passgate.contracts.inference_config import InferenceConfig
from passgate.contracts.trusted_issuer import TrustedIssuer

PATH = "/v1/chat/completions"
CHAT: dict[str, Any] = {"model": "gpt", "messages": [{"role": "user", "content": "Hi"}]}
COMPANY = TrustedIssuer(
    id="iss_1",
    issuer="https://id.company.example",
    audiences=("gate",),
    application_claim="azp",
    applications={"shop": "app_1"},
)


def trusting(worker: RunningWorker, vendor: FakeVendor, version: int, *issuers: TrustedIssuer) -> None:
    made = config([provider("oa", vendor.url)], [model("gpt", deployment("oa"))], version=version)
    worker.configure(InferenceConfig.model_validate({**made.model_dump(), "trusted_issuers": issuers}))
    until(lambda: worker.call("/readyz").json()["snapshot_version"] == version)


def foreign(**changes: Any) -> dict[str, str]:
    payload = {"iss": COMPANY.issuer, "application": None, "azp": "shop", "subject": "ada", **changes}
    return {"x_passgate_claims": "", "x_passgate_foreign_claims": claims(**payload)}


def test_a_call_is_the_mapped_applications(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat())
    trusting(worker, vendor, 8, COMPANY)
    assert worker.call(PATH, CHAT, **foreign()).status == 200
    (record,) = worker.usage()
    assert (record.application_id, record.subject, record.jti) == ("app_1", "iss_1|ada", "tok_1")
    assert not [name for name in vendor.requests[0].headers if name.startswith("x-passgate")]


def test_who_is_not_trusted_so_is_nobody(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, openai_chat())
    assert worker.call(PATH, CHAT, **foreign()).status == 401
    trusting(worker, vendor, 8, COMPANY)
    for changes in ({"azp": "app_1"}, {"azp": None}, {"iss": "https://evil.example"}, {"subject": ""}, {"jti": ""}):
        assert worker.call(PATH, CHAT, **foreign(**changes)).status == 401
    worker.revoke(revocation(5, "tok_1"))
    until(lambda: worker.call("/readyz").json()["revocation_seq"] == 5)
    assert worker.call(PATH, CHAT, **foreign()).json()["error"]["code"] == "token_revoked"
    assert vendor.requests == []


def test_open_streams_end_with_the_trust(worker: RunningWorker, vendor: FakeVendor) -> None:
    vendor.reply(PATH, endless_stream(openai_events(("tick",))[1]))
    trusting(worker, vendor, 8, COMPANY)
    with (
        worker.open(PATH, {**CHAT, "stream": True}, **foreign()) as theirs,
        worker.open(PATH, {**CHAT, "stream": True}) as ours,
    ):
        theirs.readline()
        trusting(worker, vendor, 9, COMPANY)
        assert theirs.readline()
        trusting(worker, vendor, 10, COMPANY.model_copy(update={"blocked_subjects": ("ada",)}))
        assert b"token_revoked" in theirs.read()
        assert ours.readline()
