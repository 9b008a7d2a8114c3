"""Orders: verifies its callers, and calls billing and shipping in its own name, by client credentials."""

import json
import os
import urllib.request
from typing import Annotated, Any

from fastapi import Depends, FastAPI

from passgate.sdk import VerifiedToken, Verifier
from passgate.sdk.client_credentials import ClientCredentials
from passgate.sdk.fastapi import RequiresToken

PASSGATE = os.environ["PASSGATE_URL"]
CLIENT = (os.environ["ORDERS_CLIENT_ID"], os.environ["ORDERS_CLIENT_SECRET"])

verifier = Verifier(PASSGATE, audience="orders")
Caller = Annotated[VerifiedToken, Depends(RequiresToken(verifier, "orders.read"))]
for_billing = ClientCredentials(PASSGATE, *CLIENT, resource="billing", scopes=("billing.read",))
for_shipping = ClientCredentials(PASSGATE, *CLIENT, resource="shipping", scopes=("shipping.read",))

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int, caller: Caller) -> dict[str, object]:
    """An order with its invoice and, where that service runs, its parcel."""
    found: dict[str, object] = {"number": number, "asked_by": caller.client_id}
    found["invoice"] = _asked(f"{os.environ['BILLING_URL']}/invoices/{number}", for_billing)
    if "SHIPPING_URL" in os.environ:
        found["parcel"] = _asked(f"{os.environ['SHIPPING_URL']}/parcels/{number}", for_shipping)
    return found


def _asked(url: str, credentials: ClientCredentials) -> Any:  # noqa: ANN401 - JSON of another service
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {credentials.token()}"})  # noqa: S310 - the operator's own
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return json.load(answer)
