"""Orders: verifies its callers, calls billing in their name (token exchange), and shipping in its own."""

import json
import os
import urllib.request
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException

from passgate.sdk import VerifiedToken, Verifier
from passgate.sdk.client_credentials import ClientCredentials, GrantRefusedError
from passgate.sdk.fastapi import RequiresToken

PASSGATE = os.environ["PASSGATE_URL"]
CLIENT = (os.environ["ORDERS_CLIENT_ID"], os.environ["ORDERS_CLIENT_SECRET"])

verifier = Verifier(PASSGATE, audience="orders")
Caller = Annotated[VerifiedToken, Depends(RequiresToken(verifier, "orders.read"))]
for_billing = ClientCredentials(PASSGATE, *CLIENT, resource="billing", scopes=("billing.read",))
for_shipping = ClientCredentials(PASSGATE, *CLIENT, resource="shipping", scopes=("shipping.read",))

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int, caller: Caller, authorization: Annotated[str, Header()]) -> dict[str, object]:
    """An order with its invoice and, where that service runs, its parcel."""
    found: dict[str, object] = {"number": number, "asked_by": caller.client_id}
    try:
        narrower = for_billing.exchanged(authorization.split()[-1])
    except GrantRefusedError as refused:  # it lacks billing.read, or was revoked a moment ago
        raise HTTPException(403, f"No call to billing in your name: {refused}") from None
    found["invoice"] = _asked(f"{os.environ['BILLING_URL']}/invoices/{number}", narrower)
    if "SHIPPING_URL" in os.environ:
        found["parcel"] = _asked(f"{os.environ['SHIPPING_URL']}/parcels/{number}", for_shipping.token())
    return found


def _asked(url: str, token: str) -> Any:  # noqa: ANN401 - JSON of another service
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - the operator's own
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return json.load(answer)
