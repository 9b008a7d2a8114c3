"""What Bedrock offers in a region: its models, and the profiles by which several regions answer for one.

See https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html.
"""

import re
from datetime import datetime
from typing import Any

from passgate.catalog.vendor_call import get_json
from passgate.kernel.clock import epoch_seconds
from passgate.kernel.sigv4 import with_credential

_RUNTIME = re.compile(r"bedrock-runtime(-fips)?(?=\.)")


def fetch_bedrock_entries(base_url: str, api_key: str | None, now: datetime) -> list[dict[str, Any]]:
    """The entries of both lists, models that are only to be had by a profile left out.

    Raises:
        VendorCallError: no usable answer; the message says what to do.
    """
    control = _RUNTIME.sub(r"bedrock\1", base_url)
    models = _get(f"{control}/foundation-models", api_key, now, "modelSummaries")
    profiles = _get(f"{control}/inference-profiles?maxResults=1000", api_key, now, "inferenceProfileSummaries")
    on_demand = [model for model in models if "ON_DEMAND" in model.get("inferenceTypesSupported", ("ON_DEMAND",))]
    named = [{**profile, "display_name": profile.get("inferenceProfileName")} for profile in profiles]
    return [*on_demand, *named]


def _get(url: str, api_key: str | None, now: datetime, name: str) -> list[dict[str, Any]]:
    headers = {"accept": "application/json"}
    if api_key is not None:
        headers = with_credential(
            api_key, method="GET", url=url, headers=headers, body=b"", service="bedrock", seconds=epoch_seconds(now)
        )
    document = get_json(url, headers)
    entries = document.get(name) if isinstance(document, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
