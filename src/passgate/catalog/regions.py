"""Another region of the same account: a provider's address with the region's name changed."""

import re

REGION = r"^[a-z][a-z0-9-]{1,62}$"

_BEDROCK = re.compile(r"^(https://bedrock-runtime(?:-fips)?\.)[a-z0-9-]+(\.amazonaws\.com(?:\.cn)?(?:[:/]|$))")
_VERTEX_HOST = re.compile(r"^https://(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com(?=[:/]|$)")
_VERTEX_PLACE = re.compile(r"(/locations/)[a-z0-9-]+")
_GLOBAL = "global"


def regional_url(base_url: str, region: str) -> str | None:
    """The address in that region; None where the address does not say in which region it is.

    Amazon Bedrock names it in the host, Vertex AI in host and path.
    """
    if _BEDROCK.match(base_url):
        return _BEDROCK.sub(rf"\g<1>{region}\g<2>", base_url)
    if _VERTEX_HOST.match(base_url):
        host = "aiplatform.googleapis.com" if region == _GLOBAL else f"{region}-aiplatform.googleapis.com"
        return _VERTEX_PLACE.sub(rf"\g<1>{region}", _VERTEX_HOST.sub(f"https://{host}", base_url))
    return None
