"""Tables of the catalogue: providers, models and what connects them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from passgate.storage.base import Base
from passgate.storage.columns import SealedText, UtcDateTime

_ID = String(40)


class Provider(Base):
    """A configured account at a vendor; of one team, or of the whole organisation."""

    __tablename__ = "providers"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    vendor: Mapped[str] = mapped_column(String(64))
    base_url: Mapped[str] = mapped_column(String(500))
    sealed_api_key: Mapped[str | None] = mapped_column(SealedText)
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_test_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_test_ok: Mapped[bool | None]
    last_test_message: Mapped[str | None] = mapped_column(String(500))


class Model(Base):
    """A public model name."""

    __tablename__ = "models"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    """As ``contracts.inference_config.ModelKind`` has it."""
    owned_by: Mapped[str] = mapped_column(String(100))
    context_window: Mapped[int | None]
    """Tokens."""
    max_output_tokens: Mapped[int | None]
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Deployment(Base):
    """A provider that answers for a model, under the vendor's own name of it."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("model_id", "provider_id", "vendor_model"),)
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    model_id: Mapped[str] = mapped_column(_ID, ForeignKey("models.id", ondelete="CASCADE"))
    provider_id: Mapped[str] = mapped_column(_ID, ForeignKey("providers.id"), index=True)
    vendor_model: Mapped[str] = mapped_column(String(200))
    weight: Mapped[int]
    """Share among deployments of the same priority."""
    priority: Mapped[int]
    """0 first; higher ones are fallbacks."""
    price: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The organisation's own price, as a PriceTable's fields; None: the catalogue's price."""


class Policy(Base):
    """What holds for AI calls of a team, an application, a model, or of all; see ``contracts/ai_policy.py``."""

    __tablename__ = "ai_policies"
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    team_id: Mapped[str | None] = mapped_column(_ID, ForeignKey("teams.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    application_id: Mapped[str | None] = mapped_column(_ID)
    model: Mapped[str | None] = mapped_column(String(200))
    cache_seconds: Mapped[int | None] = mapped_column(Integer)
    max_prompt_bytes: Mapped[int | None] = mapped_column(Integer)
    max_output_tokens: Mapped[int | None] = mapped_column(Integer)
    masking: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    is_enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
