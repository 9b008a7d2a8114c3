"""Models that the price catalogue does not know: rows of data/models.toml."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from passgate.catalog.schemas import Tokens
from passgate.contracts.inference_config import PriceTable


class OwnModel(BaseModel):
    """A vendor's model; the columns' meaning stands in the data file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: str
    id: str
    name: str
    context_window: Tokens | None = None
    max_output_tokens: Tokens | None = None
    as_of: str
    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    request: Decimal | None = None

    @property
    def price(self) -> PriceTable | None:
        """The price, named after the month in which the vendor's page said so; None: not known."""
        figures = {name: getattr(self, name) for name in ("input", "output", "cached_input", "request")}
        known = {name: figure for name, figure in figures.items() if figure is not None}
        return PriceTable(version=f"passgate {self.as_of}", **known) if known else None


@cache
def own_models() -> Mapping[tuple[str, str], OwnModel]:
    """Every row, by vendor and the vendor's name of the model."""
    text = (files("passgate.catalog") / "data" / "models.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)["model"]
    return {(row["vendor"], row["id"]): OwnModel.model_validate(row) for row in rows}
