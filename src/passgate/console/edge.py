"""What the console is given to work with."""

from dataclasses import dataclass, field

from passgate.identity.schemas import TokenIssuer
from passgate.identity.service.sessions import SessionLimits
from passgate.publishing.prompts.gate import LocalGate
from passgate.storage.work import Storage

MOUNT_PATH = "/console"
"""Where the console lies below the gate's URL."""


@dataclass(frozen=True, slots=True)
class Console:
    """The console's surroundings."""

    storage: Storage
    token_issuer: TokenIssuer
    public_url: str
    """The URL that clients use, without a slash at the end; shown in snippets."""
    secure_cookies: bool = False
    """Whether the session's cookie goes over HTTPS only."""
    session_limits: SessionLimits = field(default_factory=SessionLimits)
    """How long a browser session lives."""
    gate: LocalGate = field(default_factory=LocalGate)
    """Through which prompts are tried."""
    fetch_private_addresses: bool = False
    """Whether documents may be fetched from addresses of private networks."""
