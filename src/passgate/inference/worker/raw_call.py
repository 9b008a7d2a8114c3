"""A call that is passed on as it is: what it asks for, whether it may, and what it is held to cost."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from passgate.inference.exchange.reading import as_text
from passgate.inference.json_text import names_model_once, read_json
from passgate.inference.pass_through.address import RawAddress
from passgate.inference.pass_through.headers import content_headers
from passgate.inference.pass_through.provider import RawProvider
from passgate.inference.routing_table import (
    RoutingTable,
    ServingApplication,
    ServingDeployment,
    ServingModel,
)
from passgate.inference.translation import ParsedRequest
from passgate.inference.worker.ai_call import AiCall
from passgate.inference.worker.incoming import Receive
from passgate.inference.worker.refusals import ModelNotAllowedError
from passgate.inference.worker.request_body import ClientGoneError, read_body
from passgate.inference.worker.stand_in import stand_in_deployment, stand_in_model
from passgate.kernel.errors import ForbiddenError

FORMAT = "pass-through"
_JSON = "application/json"


class PassThroughRefusedError(ForbiddenError):
    """Something that holds for the caller could not be held to in a call that is passed on as it is."""

    code = "pass_through_refused"


@dataclass(frozen=True, slots=True)
class RawBody:
    """What a client sends: read, where it is JSON, so that the gate knows what is asked; else in pieces."""

    whole: bytes | None = None
    pieces: AsyncIterator[bytes] | None = None
    length: int | None = None
    document: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RawCall:
    """A call that may go."""

    provider: RawProvider
    address: RawAddress
    body: RawBody
    model: ServingModel
    deployment: ServingDeployment
    priced: bool
    """The deployment's price is the model's; otherwise it is the flat charge."""


async def read_raw_body(
    method: str, receive: Receive, headers: Mapping[str, str], limit: int, *, whole: bool
) -> RawBody:
    """A request's body.

    Args:
        method: of the request.
        receive: gives its body.
        headers: all of it.
        limit: bytes of what must be held.
        whole: hold it, whatever it is: it must be signed.

    Raises:
        BodyTooLargeError: what must be held is too large.
        ClientGoneError: the client went meanwhile.
    """
    has_body, length = content_headers(headers)
    if not has_body:
        return RawBody(whole=b"" if whole and method != "GET" else None)
    is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == _JSON
    if not is_json and not whole:
        return RawBody(pieces=_pieces(receive), length=length)
    body = await read_body(receive, headers, limit)
    try:
        document = read_json(body) if is_json else None
    except ValueError:
        document = None  # the vendor says so in its own words
    return RawBody(body, document=document if isinstance(document, dict) else None)


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        if message.get("body"):
            yield bytes(message["body"])
        if not message.get("more_body", False):
            return


def raw_call(
    table: RoutingTable, application: ServingApplication, provider: RawProvider, address: RawAddress, body: RawBody
) -> RawCall:
    """What is asked of a provider.

    Raises:
        ModelNotAllowedError: the application or its token may use certain models only, and the call is for no such.
    """
    named = [name for name in (address.model, as_text((body.document or {}).get("model"))) if name]
    served = [table.served_by(application, provider.id, name) for name in named]
    if application.models is not None:
        plain = body.whole is None or b"model" not in body.whole or names_model_once(body.whole)
        if not named or not all(served) or not plain:
            message = "The application or its token may use certain models only, and the call names none of them."
            raise ModelNotAllowedError(message, field="model")
    found = next((one for one in served if one is not None), None)
    name = named[0] if named else ""
    price = found[1].price if found is not None else None
    price = price or provider.price_of(name)
    deployment = found[1] if found is not None else stand_in_deployment(provider, name or FORMAT, name)
    deployment = replace(deployment, price=price or provider.charge)
    given = found[0] if found is not None else None
    model = stand_in_model(given, name or FORMAT, deployment, generates=price is not None)
    return RawCall(provider, address, body, model, deployment, price is not None)


def to_be_reckoned(call: AiCall, asked: RawCall) -> tuple[ParsedRequest, ServingModel]:
    """The call as limits estimate it; what makes no answer of a model's is one call and no tokens."""
    raw, document = asked.body.whole or b"", dict(asked.body.document or {})
    model = asked.model if asked.body.document is not None else replace(asked.model, kind="moderation")
    return ParsedRequest(call.form, raw, document, call.model_name, call.stream), model
