"""Messages to webhooks: signed, tried again, and never sent into our own network unasked."""

import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from local_site import SiteHandler, local_site
from moving_clock import MovingClock
from passgate.kernel.actor import SYSTEM
from passgate.kernel.pagination import PageRequest
from passgate.metering.alerts import delivery
from passgate.metering.alerts.delivery import UndeliverableError, deliver_due, send
from passgate.metering.alerts.schemas import DeliveryView, NewWebhook, WebhookIn
from passgate.metering.alerts.webhooks import create_webhook, delete_webhook, list_deliveries, send_test
from passgate.storage.work import Storage


@dataclass
class Receiver:
    url: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(SiteHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()

    with local_site(Handler) as port:
        made.url = f"http://127.0.0.1:{port}/hook?a=1"
        yield made


def webhook(storage: Storage, url: str) -> NewWebhook:
    with storage.writing() as work:
        made = create_webhook(SYSTEM, work, WebhookIn(name="On call", url=url))
        send_test(SYSTEM, work, made.id)
    return made


def deliveries(storage: Storage, webhook_id: str) -> list[DeliveryView]:
    with storage.reading() as work:
        return list(list_deliveries(SYSTEM, work, webhook_id, PageRequest()).items)


def test_a_message_arrives_signed(storage: Storage, receiver: Receiver) -> None:
    made = webhook(storage, receiver.url)
    assert [deliver_due(storage, to_private=True), deliver_due(storage, to_private=True)] == [1, 0]
    ((headers, body),) = receiver.got
    signed = headers["x-passgate-timestamp"].encode() + b"." + body
    assert headers["x-passgate-signature"] == "v1=" + hmac.new(made.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert json.loads(body)["type"] == "test"
    (sent,) = deliveries(storage, made.id)
    assert (sent.outcome, sent.status, sent.attempts, sent.next_at) == ("delivered", 204, 1, None)


def test_what_does_not_arrive_is_tried_again_and_given_up(
    storage: Storage, receiver: Receiver, clock: MovingClock
) -> None:
    receiver.status = 302  # followed nowhere
    made = webhook(storage, receiver.url)
    for attempt in range(1, 8):
        assert deliver_due(storage, to_private=True) == 0
        (sent,) = deliveries(storage, made.id)
        assert (sent.attempts, sent.status, sent.outcome) == (attempt, 302, "It answered with status 302.")
        clock.advance(seconds=1)
        deliver_due(storage, to_private=True)  # not yet
        clock.advance(hours=7)
    assert len(receiver.got) == 7
    assert deliveries(storage, made.id)[0].next_at is None
    with storage.writing() as work:
        delete_webhook(SYSTEM, work, made.id)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/",
        "https://localhost:1/",
        "https://[::1]:1/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest",
        "https://10.1.2.3/",
        "https://[64:ff9b::a01:203]/",
        "http://93.184.215.14/",
    ],
)
def test_our_own_network_is_not_reached(url: str) -> None:
    with pytest.raises(UndeliverableError, match="private network"):
        send(url, b"{}", {}, to_private=False)


def test_a_receiver_that_drips_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_TIMEOUT_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line, contextlib.suppress(OSError):
                for letter in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200:
                    line.sendall(bytes((letter,)))
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        with pytest.raises(UndeliverableError, match=r"0\.4 seconds"):
            send(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, to_private=True)
        assert time.monotonic() - began < 3
        thread.join()


def test_nobody_there() -> None:
    with pytest.raises(UndeliverableError, match="cannot be reached"):
        send("http://127.0.0.1:1/", b"{}", {}, to_private=True)
