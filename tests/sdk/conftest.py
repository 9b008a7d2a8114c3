"""An issuer, and a verifier that follows it."""

from collections.abc import Iterator

import pytest

from passgate.sdk import Verifier
from sdk.issuer_stub import AUDIENCE, IssuerStub, issuer


@pytest.fixture
def stub() -> Iterator[IssuerStub]:
    with issuer() as stub:
        yield stub


@pytest.fixture
def verifier(stub: IssuerStub) -> Iterator[Verifier]:
    verifier = Verifier(stub.url, AUDIENCE)
    yield verifier
    verifier.stop()
