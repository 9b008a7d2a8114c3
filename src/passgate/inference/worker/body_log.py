"""What calls say, kept for those who may read it, where their application wants that: sealed, bounded, one file a call.

Texts are as they went to the vendor and to the client, that is, masked where a policy masks.
"""

import codecs
import logging
from pathlib import Path

from passgate.contracts.call_body import LONGEST_BODY, BodyRecord
from passgate.contracts.masking import Finder
from passgate.inference.policies.masked_lines import masked_lines
from passgate.inference.policies.masker import ContentBlockedError
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.incoming import Message, Receive, Send
from passgate.kernel.ids import IdFactory
from passgate.kernel.sealing import Vault

_log = logging.getLogger("passgate.inference")

_MOST_WAITING = 5_000
"""Files of calls that the database has not taken yet; more would fill the disk."""
_COUNTED_EVERY = 200
_WORDS = ("application/json", "text/", "application/x-ndjson")
_GZIP = b"\x1f\x8b"
_ANYTHING = "application/octet-stream"
_LONGEST_NAME = 256


class BodyTap:
    """One call, listened to on its way out."""

    def __init__(self, onward: Send, request_type: str, request: bytes = b"") -> None:
        """Make it.

        Args:
            onward: where the answer goes.
            request_type: the content type of the request.
            request: as it goes to vendors, where that is known already.
        """
        self.request_bytes = len(request)
        self.reply_bytes = 0
        self._onward = onward
        self._request = request[:LONGEST_BODY]
        self._request_type = request_type
        self._reply_type = ""
        self._parts: list[bytes] = []
        self._kept = 0

    def listening(self, receive: Receive) -> Receive:
        """Take down the request as it is read."""

        async def heard() -> Message:
            message = await receive()
            self.ask(bytes(message.get("body", b"")))
            return message

        return heard

    def ask(self, piece: bytes) -> None:
        """A piece of the request."""
        self.request_bytes += len(piece)
        if len(self._request) < LONGEST_BODY:
            self._request += piece[: LONGEST_BODY - len(self._request)]

    async def send(self, message: Message) -> None:
        """Pass a piece of the answer on, and keep it while there is room."""
        if message["type"] == "http.response.start":
            told = dict(message["headers"])
            kind = told.get(b"content-encoding") or told.get(b"content-type", b"")
            self._reply_type = kind.decode("latin-1")
        else:
            body = message.get("body", b"")
            self.reply_bytes += len(body)
            if self._kept < LONGEST_BODY and body:
                part = bytes(body[: LONGEST_BODY - self._kept])
                self._kept += len(part)
                self._parts.append(part)
        await self._onward(message)

    def request_text(self, finders: tuple[Finder, ...] = ()) -> str:
        """What was kept of the request, masked by those.

        Raises:
            ContentBlockedError: a rule that blocks has found something.
        """
        return _masked(_text(self._request, self._request_type, self.request_bytes), finders, self.request_bytes)

    def reply_text(self, finders: tuple[Finder, ...] = ()) -> str:
        """What was kept of the answer, masked by those.

        Raises:
            ContentBlockedError: a rule that blocks has found something.
        """
        return _masked(_text(b"".join(self._parts), self._reply_type, self.reply_bytes), finders, self.reply_bytes)


class BodyLog:
    """Writes what was said."""

    def __init__(self, folder: Path, vault: Vault, ids: IdFactory) -> None:
        """Make it.

        Args:
            folder: where files wait for the node's agent.
            vault: seals them.
            ids: names them.
        """
        self._folder = folder
        self._vault = vault
        self._ids = ids
        self._written = 0
        self._full = False

    def keep(self, call: AiCall, tap: BodyTap, asked: BodyTap | None = None, finders: tuple[Finder, ...] = ()) -> None:
        """Write a call down. What cannot be written is told in the log, without its text.

        Args:
            call: the call.
            tap: heard the answer.
            asked: heard the request, where another did.
            finders: rules for texts that were passed on as they are.
        """
        asked = asked or tap
        try:
            request, reply = asked.request_text(finders), tap.reply_text(finders)
        except ContentBlockedError:
            return
        record = BodyRecord(
            request_id=call.request_id,
            start=call.started.isoformat(timespec="microseconds"),
            application_id=call.caller.application_id,
            team_id=call.team_id,
            model=call.model_name[:_LONGEST_NAME],
            sealed_request=self._vault.seal(request),
            sealed_reply=self._vault.seal(reply),
            request_bytes=asked.request_bytes,
            reply_bytes=tap.reply_bytes,
        )
        try:
            self._write(record)
        except OSError as error:
            _log.error("the body of a call is not kept: %s", error.strerror, extra={"request_id": call.request_id})

    def _write(self, record: BodyRecord) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._written % _COUNTED_EVERY == 0:
            self._full = sum(1 for _ in self._folder.iterdir()) > _MOST_WAITING
        self._written += 1
        if self._full:
            _log.error("the bodies of calls are not kept: too many wait", extra={"request_id": record.request_id})
            return
        path = self._folder / f"{self._ids.new('bod')}.json"
        fresh = path.with_suffix(".part")
        fresh.touch(mode=0o600)
        fresh.write_text(record.model_dump_json())
        fresh.rename(path)


def _text(body: bytes, content_type: str, size: int) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if body.startswith(_GZIP):
        return f"(compressed, {size} bytes)"
    if kind and not kind.startswith(_WORDS) and not (kind == _ANYTHING and _is_text(body)):
        return f"({kind}, {size} bytes)"
    return body.decode("utf-8", "replace")


def _masked(text: str, finders: tuple[Finder, ...], size: int) -> str:
    return masked_lines(text, finders, cut=size > LONGEST_BODY) if finders else text


def _is_text(body: bytes) -> bool:
    """Vendors give files of lines without saying so. The last letter may be cut."""
    if b"\0" in body:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True
