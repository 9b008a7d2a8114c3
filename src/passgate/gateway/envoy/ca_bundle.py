"""The certificate authorities that this machine trusts."""

import ssl
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from passgate.kernel.errors import PassgateError

_USUAL = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Alpine
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, RHEL
    Path("/etc/ssl/ca-bundle.pem"),  # SUSE
    Path("/etc/ssl/cert.pem"),  # macOS, BSD
)


class NoCaBundleError(PassgateError):
    """No file of trusted authorities; a TLS upstream could not be checked."""

    code = "ca_bundle_missing"


def find_ca_bundle(candidates: Iterable[Path] = _USUAL) -> Path:
    """The machine's PEM bundle: where OpenSSL looks for it, at the usual places, else that of the package certifi.

    Raises:
        NoCaBundleError: there is none.
    """
    default = ssl.get_default_verify_paths().cafile
    for path in (*([Path(default)] if default else []), *candidates, *_certifi()):
        if path.is_file() and path.stat().st_size > 0:
            return path
    raise NoCaBundleError("No bundle of trusted certificate authorities was found: install ca-certificates.")


def _certifi() -> list[Path]:
    try:
        return [Path(import_module("certifi").where())]
    except ImportError:
        return []
