"""Another region of the same account: a provider's address with the region's name changed.

Only vendors are here of which one key serves several regions. Elsewhere a key is a region's own (Azure's resources,
Alibaba's, Volcengine's), or the address is an account's (Databricks, Snowflake): there each region is a provider.
"""

import re
from collections.abc import Callable

REGION = r"^[a-z][a-z0-9-]{1,62}$"

_BEDROCK = re.compile(r"^(https://bedrock-runtime(?:-fips)?\.)[a-z0-9-]+(\.amazonaws\.com(?:\.cn)?(?:[:/]|$))")
_VERTEX_HOST = re.compile(r"^https://(?:[a-z0-9-]+-)?aiplatform\.(?:[a-z]+\.rep\.)?googleapis\.com(?=[:/]|$)")
_VERTEX_PLACE = re.compile(r"(/locations/)[a-z0-9-]+")
_VERTEX_WIDE = frozenset({"eu", "us"})
"""Several regions under one name (https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/locations)."""
_XAI = re.compile(r"^https://(?:[a-z0-9-]+\.)?api\.x\.ai(?=[:/]|$)")
_OPENAI = re.compile(r"^https://(?:[a-z]{2}\.)?api\.openai\.com(?=[:/]|$)")
_OPENAI_LETTERS = 2
_NEBIUS = re.compile(r"^https://api\.tokenfactory\.(?:[a-z0-9-]+\.)?nebius\.com(?=[:/]|$)")
_GLOBAL = "global"


def regional_url(base_url: str, region: str) -> str | None:
    """The address in that region; None where the address does not say in which region it is.

    Amazon Bedrock, Nebius, OpenAI (data residency) and xAI name it in the host, Vertex AI in host and path. ``global``
    is the address of no region, where a vendor has one.
    """
    if _OPENAI.match(base_url) and region != _GLOBAL and len(region) != _OPENAI_LETTERS:
        return None
    for host, address in _HOSTS:
        if host.match(base_url):
            return host.sub(address(region), base_url)
    if _BEDROCK.match(base_url):
        return _BEDROCK.sub(rf"\g<1>{region}\g<2>", base_url)
    if _VERTEX_HOST.match(base_url):
        return _VERTEX_PLACE.sub(rf"\g<1>{region}", _VERTEX_HOST.sub(f"https://{_vertex_host(region)}", base_url))
    return None


def _vertex_host(region: str) -> str:
    if region == _GLOBAL:
        return "aiplatform.googleapis.com"
    return (
        f"aiplatform.{region}.rep.googleapis.com" if region in _VERTEX_WIDE else f"{region}-aiplatform.googleapis.com"
    )


def _before(host: str) -> Callable[[str], str]:
    return lambda region: f"https://{host}" if region == _GLOBAL else f"https://{region}.{host}"


def _nebius(region: str) -> str:
    return f"https://api.tokenfactory.{'' if region == _GLOBAL else region + '.'}nebius.com"


_HOSTS = ((_XAI, _before("api.x.ai")), (_OPENAI, _before("api.openai.com")), (_NEBIUS, _nebius))
