"""A setting that the reference does not explain does not exist."""

import re
from pathlib import Path

from passgate.settings import Settings

REFERENCE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_reference_lists_every_setting_and_no_other() -> None:
    documented = dict(re.findall(r"^\| `PASSGATE_([A-Z_]+)` \| (.+?) \|", REFERENCE.read_text(), re.MULTILINE))
    assert documented == {
        name.upper(): (field.description or "").replace("|", r"\|") for name, field in Settings.model_fields.items()
    }
