"""What a microservice installs to verify tokens: ``pip install passgate[sdk]``.

``Verifier("https://gate.example", audience="orders").verify(token)`` is all that most need. Middleware stands in
``passgate.sdk.asgi`` and ``passgate.sdk.wsgi``, a dependency for FastAPI in ``passgate.sdk.fastapi``, and a service's
own tokens come from ``passgate.sdk.client_credentials``.
"""

from passgate.sdk.refusal import InsufficientScopeError, IssuerUnreachableError, TokenRefusedError
from passgate.sdk.remote_verifier import Verifier, verify
from passgate.sdk.verified_token import VerifiedToken

__all__ = [
    "InsufficientScopeError",
    "IssuerUnreachableError",
    "TokenRefusedError",
    "VerifiedToken",
    "Verifier",
    "verify",
]
