"""What the management API is built on."""

from dataclasses import dataclass, field

from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.sessions import SessionLimits
from passgate.publishing.prompts.gate import LocalGate
from passgate.storage.work import Storage


@dataclass(frozen=True, slots=True)
class Edge:
    """The outside of the domains: where units of work are opened and committed.

    Attributes:
        storage: opens the units of work.
        token_issuer: in whose name tokens are issued and verified.
        public_url: the URL that clients use, without a slash at the end.
        secure_cookies: whether browsers may send cookies over https only.
        session_limits: how long a browser session lives.
        fetch_private_addresses: whether documents may be fetched from addresses of private networks.
        gate: through which prompts are tried.
    """

    storage: Storage
    token_issuer: TokenIssuer
    public_url: str
    secure_cookies: bool
    session_limits: SessionLimits = field(default_factory=SessionLimits)
    fetch_private_addresses: bool = False
    gate: LocalGate = field(default_factory=LocalGate)
