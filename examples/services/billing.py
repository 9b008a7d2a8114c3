"""Billing: answers whoever has a token for it with the scope ``billing.read``."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI

from passgate.sdk import VerifiedToken, Verifier
from passgate.sdk.fastapi import RequiresToken

verifier = Verifier(os.environ["PASSGATE_URL"], audience="billing")
Caller = Annotated[VerifiedToken, Depends(RequiresToken(verifier, "billing.read"))]

app = FastAPI()


@app.get("/invoices/{number}")
def invoice(number: int, caller: Caller) -> dict[str, object]:
    """The invoice of an order."""
    return {"order": number, "micro_dollars": 12_500_000, "asked_for": caller.subject, "asked_by": caller.client_id}
