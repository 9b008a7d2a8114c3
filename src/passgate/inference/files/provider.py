"""A provider whose vendor keeps files, and works through batches of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from passgate.contracts.inference_config import LARGE_PROMPT, PriceTable
from passgate.inference.files.batch_jobs import batch_of, job_asked, left_out
from passgate.inference.pricing import CallPrice
from passgate.inference.translation import Target

_HUNDRED = Decimal(100)
_JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class FileProvider:
    """A provider, and where its files and batches are; the first of its keys is used, since files are an account's."""

    id: str
    name: str
    header: bytes
    team_id: str | None
    target: Target
    """Its ``vendor_model`` is empty."""
    files_path: str
    """Below the base URL."""
    batches_path: str
    """The same; empty: it has none."""
    uploads_path: str
    """The same, of files in parts."""
    paging: str
    """How it pages lists: ``cursor`` (OpenAI's ``after``), ``number`` (``page``), ``none`` (it gives all at once)."""
    batch_percent: int
    """What a batch costs, in hundredths of what the same calls cost."""
    batch_form: str
    """``openai``, or ``jobs``: its batches are jobs of Mistral's form."""

    @property
    def batch_paging(self) -> str:
        """How it pages lists of batches, as above."""
        return "number" if self.batch_form == _JOBS else "cursor"

    def batch_asked(self, document: dict[str, Any], model: str) -> tuple[dict[str, Any], list[str]]:
        """What creates a batch here, and which members of the request it cannot say.

        Args:
            document: OpenAI's request, with the vendor's id of its file.
            model: the vendor's name of the one that all lines are for.

        Raises:
            InvalidRequestError: a member has a value that it cannot say.
        """
        return (job_asked(document, model), left_out(document)) if self.batch_form == _JOBS else (document, [])

    def batch_told(self, document: dict[str, Any]) -> dict[str, Any]:
        """A batch, as the vendor tells of it, in OpenAI's form."""
        return batch_of(document) if self.batch_form == _JOBS else document

    def batch_price(self, price: CallPrice, calls: int) -> CallPrice:
        """The price of a batch of so many calls; their tokens are added up, so that none counts as a large prompt."""
        share = Decimal(self.batch_percent) / _HUNDRED
        given = PriceTable.from_text(price.version, price.text)
        figures = {
            name: figure * share * (calls if name == "request" else 1)
            for name, figure in given.model_dump(exclude={"version", *LARGE_PROMPT}, exclude_none=True).items()
        }
        version = price.version if self.batch_percent == _HUNDRED else f"{price.version}, batch {self.batch_percent} %"
        return CallPrice(PriceTable(version=version, **figures))


def file_provider(  # noqa: PLR0913 - what is known of a provider, each by name
    profile: Mapping[str, Any], *, provider_id: str, name: str, header: bytes, team_id: str | None, target: Target
) -> FileProvider | None:
    """The provider as one of files; None: its vendor keeps none, by its row in the catalogue."""
    path = profile.get("files_path")
    if not path or target.dialect != "openai":
        return None
    return FileProvider(
        id=provider_id,
        name=name,
        header=header,
        team_id=team_id,
        target=target,
        files_path=path,
        batches_path=profile.get("batches_path", ""),
        uploads_path=profile.get("uploads_path", ""),
        paging=profile.get("files_paging", "cursor"),
        batch_percent=profile.get("batch_percent", 100),
        batch_form=profile.get("batch_form", "openai"),
    )
