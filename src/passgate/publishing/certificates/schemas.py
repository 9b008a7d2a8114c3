"""What certificates take in and give out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from passgate.kernel.given import Input


class CertificateIn(Input):
    """A chain and its key."""

    chain_pem: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000)] = Field(
        description="Certificates in PEM form (RFC 7468): the host's own first, then each that signed the last."
    )
    key_pem: Annotated[SecretStr, Field(min_length=1, max_length=20_000)] = Field(
        description="The private key in PEM form, without a password; sealed at once, and never shown again."
    )


class CertificateView(BaseModel):
    """A certificate, less its key."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    service_id: str
    hosts: list[str]
    issuer: str
    fingerprint: str
    not_before: datetime
    not_after: datetime
    chain_pem: str
    created_at: datetime
    renewed_at: datetime | None
