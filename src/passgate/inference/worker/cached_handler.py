"""Calls of services with a response cache: answered from the store, or by the upstream, whose answer is then kept."""

from dataclasses import dataclass, field, replace
from http import HTTPStatus

from passgate.contracts.cached_route import CACHED_HEADER, CHANGED_PATH, PATH_HEADER, CachedRoute
from passgate.contracts.verified_claims import CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER
from passgate.inference.cached.fields import Fields
from passgate.inference.cached.freshness import Keeping, keeping_of
from passgate.inference.cached.kept_answer import KeptAnswer, read_stored, stored, stored_names
from passgate.inference.cached.keys import brings_credential, primary_key, varied_key, whose
from passgate.inference.cached.wishes import Wishes, has_changed, wishes_of
from passgate.inference.policies.generations import mark_of, place_of
from passgate.inference.policies.shared_answers import SharedAnswers
from passgate.inference.worker.cached_request import body_of, has_body, onward, passed, read_route
from passgate.inference.worker.caller import read_caller
from passgate.inference.worker.client_request import ClientRequest
from passgate.inference.worker.incoming import Header, Incoming
from passgate.inference.worker.live_state import LiveState
from passgate.inference.worker.raw_client import RawReply
from passgate.inference.worker.refusals import ClaimsMissingError, VendorFailedError
from passgate.inference.worker.upstream_way import UpstreamWay
from passgate.kernel.clock import Clock
from passgate.kernel.errors import PassgateError
from passgate.kernel.ids import IdFactory

_HIT: Header = (b"x-passgate-cache", b"hit")
_MISS: Header = (b"x-passgate-cache", b"miss")
_MOST_HELD = 32 * 1024 * 1024
"""Bytes of answers that are on their way to callers and into the store, of all calls together."""
_LARGEST_HEAD = 64 * 1024
_WITH_304 = frozenset({b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary", b"last-modified"})
"""RFC 9110 section 15.4.5."""


class NothingKeptError(PassgateError):
    """The caller wants a kept answer or none, and there is none (RFC 9111 section 5.2.1.7)."""

    status = HTTPStatus.GATEWAY_TIMEOUT
    code = "nothing_kept"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call."""

    request: ClientRequest
    incoming: Incoming
    route: CachedRoute
    fields: Fields
    key: bytes
    place: int
    """Whose answers a call by an unsafe method gives up."""
    wishes: Wishes
    generation: bytes = b""
    """That of its place, once it was looked for."""

    @property
    def needs_open(self) -> bool:
        """Whether it may share with others only what says so of itself."""
        return self.route.per != "caller" and brings_credential(self.route, self.fields)


@dataclass(slots=True)
class CachedHandler:
    """Answers calls of routes whose answers are kept."""

    state: LiveState
    store: SharedAnswers
    way: UpstreamWay
    clock: Clock
    ids: IdFactory
    _held: int = field(default=0)

    async def answer(self, request: ClientRequest, incoming: Incoming) -> None:
        """Answer a call, or the gate, which tells of one that may have changed what is kept.

        Raises:
            UnavailableError: there is no way to the upstream.
            NothingKeptError: the caller would have had a kept answer only.
        """
        if CACHED_HEADER not in incoming.headers:
            await self._forget(request, incoming)
            return

        def leave() -> None:
            request.task.cancel()

        request.on_gone(leave)
        asked = self._read(request, incoming)
        if asked.wishes.passes_by:
            await self._pass_on(asked)
            return
        kept, asked = await self._find(asked)
        if kept is not None:
            await self._give(asked, kept)
        elif asked.wishes.only_kept:
            raise NothingKeptError("No fresh answer is kept.")
        else:
            await self._pass_on(asked)

    async def _forget(self, request: ClientRequest, incoming: Incoming) -> None:
        """Give up what is kept of a path: a call by an unsafe method did not fail there (RFC 9111 section 4.4)."""
        service_id, slash, path = request.raw_path.decode("latin-1").removeprefix(f"{CHANGED_PATH}/").partition("/")
        await self.store.give_up(place_of(service_id, slash + path), mark_of(self.ids.new("chg")))
        await incoming.send({"type": "http.response.start", "status": int(HTTPStatus.NO_CONTENT), "headers": []})
        await incoming.send({"type": "http.response.body", "body": b""})

    def _read(self, request: ClientRequest, incoming: Incoming) -> _Asked:
        fields = Fields(request.headers)
        route = read_route(incoming.headers[CACHED_HEADER])
        sharing = whose(route, fields, self._application(incoming) if route.per == "application" else "")
        target = (request.raw_path + b"?" + request.query).decode("latin-1")
        key = primary_key(route, fields.get("host") or "", target, sharing)
        wishes = Wishes(passes_by=True) if has_body(fields) else wishes_of(fields)
        place = place_of(route.service, (fields.get(PATH_HEADER) or "").partition("?")[0])
        return _Asked(request, incoming, route, fields, key, place, wishes)

    def _application(self, incoming: Incoming) -> str:
        """Whose call it is. A caller that the worker does not know shares with nobody but himself."""
        try:
            return read_caller(incoming.headers, self.state.issuers).application_id
        except ClaimsMissingError:
            return " ".join(incoming.headers.get(name, "") for name in (CLAIMS_HEADER, FOREIGN_CLAIMS_HEADER))

    async def _find(self, asked: _Asked) -> tuple[KeptAnswer | None, _Asked]:
        """What may be given, and the call with the generation that it was asked in."""
        if asked.wishes.anew:
            return None, replace(asked, generation=await self.store.generation(asked.place))
        stored_answer, generation = await self.store.find(asked.key, asked.place)
        found = read_stored(stored_answer)
        if isinstance(found, tuple):
            found = read_stored(await self.store.get(varied_key(asked.key, found, asked.fields)))
        asked = replace(asked, generation=generation)
        return found if isinstance(found, KeptAnswer) and self._will_do(asked, found) else None, asked

    def _will_do(self, asked: _Asked, found: KeptAnswer) -> bool:
        now = self.clock.now().timestamp()
        if found.generation != asked.generation or found.until <= now or (asked.needs_open and not found.is_open):
            return False
        return asked.wishes.oldest is None or found.age(now) <= asked.wishes.oldest

    async def _give(self, asked: _Asked, kept: KeptAnswer) -> None:
        send = asked.incoming.send
        age = (b"age", b"%d" % kept.age(self.clock.now().timestamp()))
        if not has_changed(kept.status, asked.fields, kept.fields):
            headers = [*(one for one in kept.headers if one[0] in _WITH_304), age, _HIT]
            await send({"type": "http.response.start", "status": int(HTTPStatus.NOT_MODIFIED), "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        headers = [*kept.headers, age, _HIT]
        if kept.status != HTTPStatus.NO_CONTENT:
            headers.append((b"content-length", b"%d" % len(kept.body)))
        await send({"type": "http.response.start", "status": kept.status, "headers": headers})
        await send({"type": "http.response.body", "body": kept.body})

    async def _pass_on(self, asked: _Asked) -> None:
        """Have the upstream answer; what may be kept is, once it is whole."""
        request = asked.request
        started = self.clock.now().timestamp()
        body = body_of(request, asked.fields) if has_body(asked.fields) else None
        head = onward(request, asked.route, asked.fields)
        reply = await self.way.ask(head, body, bodiless=request.method == "HEAD")
        try:
            keeping = self._keeping(asked, reply, started)
            await asked.incoming.send(
                {"type": "http.response.start", "status": reply.status, "headers": [*passed(reply.headers), _MISS]}
            )
            await self._pass_body(asked, reply, keeping)
        except VendorFailedError:
            return  # the answer broke off: so does the caller's, since nobody has ended it
        finally:
            reply.close()

    async def _pass_body(self, asked: _Asked, reply: RawReply, keeping: Keeping | None) -> None:
        parts: list[bytes] = []
        size = 0
        try:
            while (chunk := await reply.read()) is not None:
                if keeping is not None:
                    parts.append(chunk)
                    size += len(chunk)
                    self._held += len(chunk)
                    if size > self.store.largest - _LARGEST_HEAD or self._held > _MOST_HELD:
                        keeping = None
                        self._held -= size
                        parts, size = [], 0
                await asked.incoming.send({"type": "http.response.body", "body": chunk, "more_body": True})
            if keeping is not None:
                self._keep(asked, reply, keeping, b"".join(parts))
        finally:
            self._held -= size
        await asked.incoming.send({"type": "http.response.body", "body": b"", "more_body": False})

    def _keeping(self, asked: _Asked, reply: RawReply, started: float) -> Keeping | None:
        if asked.request.method != "GET" or asked.wishes.passes_by:
            return None
        now = self.clock.now().timestamp()
        by_policy = asked.route.seconds
        keeping = keeping_of(
            reply.status, Fields(reply.headers), by_policy=by_policy, now=now, waited=max(0.0, now - started)
        )
        return None if keeping is not None and asked.needs_open and not keeping.is_open else keeping

    def _keep(self, asked: _Asked, reply: RawReply, keeping: Keeping, body: bytes) -> None:
        now = self.clock.now().timestamp()
        headers = tuple(one for one in passed(reply.headers) if one[0] not in {b"age", b"content-length"})
        answer = KeptAnswer(
            status=reply.status,
            headers=headers,
            body=body,
            born=now - keeping.age,
            until=now + keeping.seconds,
            is_open=keeping.is_open,
            generation=asked.generation,
        )
        names = tuple(sorted(set(answer.fields.names_in("vary"))))
        key = asked.key
        if names:
            key = varied_key(asked.key, names, asked.fields)
            self.store.put(asked.key, stored_names(names), keeping.seconds)
        self.store.put(key, stored(answer), keeping.seconds)
