"""Where a call goes that is passed on as it is: below the provider's base URL, and nowhere else."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from passgate.inference.translation import InvalidRequestError

PREFIX = "/providers/"
_MODEL = re.compile(r"/(?:models?|tunedModels|deployments)/([^/:]+)")
"""Gemini's and Vertex AI's ``models/<name>:<method>``, Azure's ``deployments/<name>``, Bedrock's ``model/<id>`` (which
holds colons, as ``%3A``), OpenAI's ``models/<id>``."""
_VERSION = re.compile(r"v\d+[a-z0-9]*")
_ALLOWED = re.compile(r"[!$&'()*+,\-./0-9:;=@A-Z_a-z~%]*")
_MOST_DECODINGS = 4
_CREDENTIAL_PARAMETERS = frozenset({"key", "api_key", "api-key", "apikey", "access_token"})


class PathRefusedError(InvalidRequestError):
    """A path that a vendor might read as another one than the gate does."""

    code = "path_refused"


@dataclass(frozen=True, slots=True)
class RawAddress:
    """A path below ``/providers``, taken apart."""

    provider: str
    """Name or id."""
    rest: str
    """With a slash at its beginning, percent signs as they came; empty: the base URL itself."""

    @property
    def model(self) -> str | None:
        """The vendor's name of the model that the path is about."""
        found = _MODEL.search(self.rest)
        return unquote(found.group(1)) if found else None

    def target(self, base_url: str, query: bytes) -> str:
        """Path and query at the vendor.

        A version at the end of the base URL is not put twice: SDKs bring their own.
        """
        base = urlsplit(base_url).path.rstrip("/")
        rest = self.rest
        version = base.rpartition("/")[2]
        if _VERSION.fullmatch(version) and (rest == f"/{version}" or rest.startswith(f"/{version}/")):
            rest = rest[len(version) + 1 :]
        kept = [part for part in query.decode("latin-1").split("&") if part and not _is_credential(part)]
        return (base + rest or "/") + (f"?{'&'.join(kept)}" if kept else "")


def read_address(raw_path: bytes) -> RawAddress:
    """Take a path apart.

    Raises:
        PathRefusedError: it holds ``.`` or ``..``, an empty segment, an encoded slash, or what no path may.
    """
    text = raw_path.decode("latin-1").removeprefix(PREFIX)
    name, slash, rest = text.partition("/")
    if slash:
        _check(rest)
    return RawAddress(unquote(name), slash + rest if rest else "")


def _check(rest: str) -> None:
    if not _ALLOWED.fullmatch(rest):
        raise PathRefusedError("The path holds a character that no path may hold.")
    segments = rest.removesuffix("/").split("/")
    for segment in segments:
        plain = _decoded(segment)
        if not plain and rest:
            raise PathRefusedError("The path holds an empty segment.")
        if "/" in plain or "\\" in plain:
            raise PathRefusedError("The path holds an encoded slash.")
        if plain.partition(";")[0] in {".", ".."}:
            raise PathRefusedError("The path holds a segment of dots.")
        if any(character < " " or character == "\x7f" for character in plain):
            raise PathRefusedError("The path holds a control character.")


def _decoded(segment: str) -> str:
    """As a vendor may read it that decodes more than once."""
    for _ in range(_MOST_DECODINGS):
        plain = unquote(segment)
        if plain == segment:
            return plain
        segment = plain
    raise PathRefusedError("The path is encoded several times over.")


def _is_credential(parameter: str) -> bool:
    return unquote(parameter.partition("=")[0]).lower() in _CREDENTIAL_PARAMETERS
