"""Runs of prompts' tests, kept."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import UtcDateTime

_ID = String(40)


class PromptTestRun(Base):
    """All tests of a revision, run once."""

    __tablename__ = "prompt_test_runs"
    audited: ClassVar[bool] = False

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    revision_id: Mapped[str] = mapped_column(_ID, ForeignKey("service_revisions.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Of the revision as it was tested; a draft may have changed since."""
    passed: Mapped[int]
    failed: Mapped[int]
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """A :class:`passgate.publishing.prompts.schemas.PromptTestResult` each."""
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ran_by: Mapped[str] = mapped_column(_ID)
