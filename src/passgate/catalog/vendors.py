"""The vendors: rows of data/vendors.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from passgate.catalog.errors import UnknownVendorError


class Vendor(BaseModel):
    """Someone who offers AI models; the columns' meaning stands in the data file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    dialect: Literal["openai", "anthropic", "gemini", "bedrock", "cohere", "ollama"]
    base_url: str
    needs_key: bool = False
    needs_base_url: bool = False
    local: bool = False
    owned_by: str | None = None
    key_hint: str = ""
    docs_url: str
    models_path: str = "/models"
    models_need_key: bool = True
    key_check_path: str | None = None
    models_prefix: str = ""
    genai_prices_provider: str | None = None
    catalogue_prefixes: tuple[str, ...] = ("",)
    profile: dict[str, str | bool | int | float | list[str] | dict[str, str | bool | int]] = Field(default_factory=dict)


@cache
def all_vendors() -> tuple[Vendor, ...]:
    """Every vendor, in the order of the data file."""
    text = (files("passgate.catalog") / "data" / "vendors.toml").read_text(encoding="utf-8")
    return tuple(Vendor.model_validate(row) for row in tomllib.loads(text)["vendor"])


def find_vendor(vendor_id: str) -> Vendor:
    """The vendor of that id.

    Raises:
        UnknownVendorError: there is none.
    """
    for vendor in all_vendors():
        if vendor.id == vendor_id:
            return vendor
    raise UnknownVendorError(f"There is no vendor {vendor_id!r}; GET /api/v1/vendors lists them.", field="vendor")
