"""From document to text."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from passgate.publishing.openapi.reading import Syntax

MEDIA_TYPES: Mapping[Syntax, str] = {"json": "application/json", "yaml": "application/yaml"}
"""RFC 8259 and RFC 9512."""


class _Dumper(yaml.SafeDumper):
    """Without anchors, which few readers of OpenAPI expect, and with quotes where YAML 1.1 reads something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - the base's signature
        """Write each use out."""
        del data
        return True


def written(document: Mapping[str, Any], syntax: Syntax) -> str:
    """The text of a document."""
    if syntax == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
