"""Tables of the catalogue: providers, models and what connects them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint, false
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
    pass_through: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It may be called as it is, by the applications that are named."""
    pass_through_applications: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    pass_through_charge: Mapped[int] = mapped_column(default=1000, server_default="1000")
    """Micro-dollars, of a call of which nothing else can be reckoned."""


class ProviderKey(Base):
    """One more key of a provider, beside the one that it was made with."""

    __tablename__ = "provider_keys"
    __table_args__ = (UniqueConstraint("provider_id", "label"),)
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    provider_id: Mapped[str] = mapped_column(_ID, ForeignKey("providers.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(100))
    sealed_key: Mapped[str] = mapped_column(SealedText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
    strategy: Mapped[str] = mapped_column(String(16), default="weighted", server_default="weighted")
    """How one of several deployments of the same priority is chosen; see ``contracts/routing.py``."""
    sticky: Mapped[str | None] = mapped_column(String(16))
    """By what calls are held together; None: they are not."""
    retries: Mapped[int] = mapped_column(default=1, server_default="1")
    time_limits: Mapped[dict[str, float]] = mapped_column(JSON, default=dict, server_default="{}")
    """Seconds, by the names of ``contracts.routing.TimeLimits``; what is absent is the gate's own."""
    fallbacks: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Ids of the models that step in, in order."""


class ModelAlias(Base):
    """A further public name of a model."""

    __tablename__ = "model_aliases"
    affects_snapshot: ClassVar[bool] = True

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    model_id: Mapped[str] = mapped_column(_ID, ForeignKey("models.id", ondelete="CASCADE"), index=True)


class Deployment(Base):
    """A provider that answers for a model, under the vendor's own name of it."""

    __tablename__ = "deployments"
    __table_args__ = (UniqueConstraint("model_id", "provider_id", "vendor_model", "region", "key_id"),)
    affects_snapshot: ClassVar[bool] = True

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    model_id: Mapped[str] = mapped_column(_ID, ForeignKey("models.id", ondelete="CASCADE"))
    provider_id: Mapped[str] = mapped_column(_ID, ForeignKey("providers.id"), index=True)
    vendor_model: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Where the vendor's model is asked; empty: where the provider's address says."""
    key_id: Mapped[str] = mapped_column(_ID, default="", server_default="")
    """The one key of the provider's that it uses, ``main`` or a ProviderKey's id; empty: all of them."""
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
