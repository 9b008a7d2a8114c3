"""The headers by which the gate tells who calls, once it has verified the token."""

CLAIMS_HEADER = "x-passgate-claims"
"""The claims of a token of ours, base64url JSON, for upstreams and workers; a client's own copy is cut off first."""
FOREIGN_CLAIMS_HEADER = "x-passgate-foreign-claims"
"""The same for tokens of trusted issuers; apart from it, lest an upstream takes one for the other."""
