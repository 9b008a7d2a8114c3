"""The only reader of the environment. Every setting is listed, with its meaning, in ``docs/settings.md``."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from passgate.kernel.errors import InvalidInputError

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def _default_workers() -> int:
    return max(1, (os.cpu_count() or 2) // 2)


class Settings(BaseSettings):
    """What an operator may set; each field is read from ``PASSGATE_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="PASSGATE_", frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(default=Path("data"), description="Folder of the database, the keys and the node's files.")
    database_url: str | None = Field(
        default=None, description="`postgresql://…` or `sqlite:///…`; unset: SQLite in the data folder."
    )
    host: str = Field(default="0.0.0.0", description="Address that Envoy listens on.")  # noqa: S104 - a gate is there to be reached
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=8080, description="Port that Envoy listens on.")
    public_url: str | None = Field(
        default=None, description="The URL that clients use, without a path; unset: `http://localhost:<port>`."
    )
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        default=0,
        description="Proxies in front of the gate, each of which adds the address that it sees to `X-Forwarded-For`: "
        "the caller's address is the one that the first of them saw. 0: the header is not believed.",
    )
    issuer: str | None = Field(default=None, description="`iss` of issued tokens; unset: the public URL.")
    audience: str = Field(default="passgate", description="`aud` of tokens that may pass the gate.")
    node_name: str = Field(default="node-1", description="This node's name; unique among the nodes of a database.")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default_factory=_default_workers, description="Inference workers; unset: half the processors, at least one."
    )
    envoy_threads: Annotated[int, Field(ge=1, le=128)] = Field(
        default_factory=_default_workers, description="Envoy's threads; unset: half the processors, at least one."
    )
    master_key: SecretStr | None = Field(
        default=None,
        description="64 hexadecimal digits that seal stored secrets; unset: `master.key` in the data folder.",
    )
    tls_certificate: Path | None = Field(default=None, description="PEM file of the gate's certificate chain.")
    tls_private_key: Path | None = Field(default=None, description="PEM file of the certificate's private key.")
    log_format: Literal["human", "json"] = Field(default="human", description="How the processes log.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="From where on to log.")
    runtime_dir: Path | None = Field(
        default=None, description="Folder of the Unix sockets; unset: one below the system's temporary folder."
    )
    audit_retention_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=0, description="Days after which entries of the audit log are deleted; 0: never."
    )
    session_idle_minutes: Annotated[int, Field(ge=5, le=10_080)] = Field(
        default=720, description="Minutes without a click or call after which a browser session ends."
    )
    session_lifetime_hours: Annotated[int, Field(ge=1, le=8_760)] = Field(
        default=168, description="Hours after which a browser session ends, however busy."
    )
    calls_retention_days: Annotated[int, Field(ge=1)] = Field(
        default=90, description="Days after which calls and their usage are deleted."
    )
    tokens_retention_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=90, description="Days after its expiry that a token stays in the registry; 0: for good."
    )
    key_rotation_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=90, description="Days after which the next signing key takes over; 0: by hand only."
    )
    fetch_private_addresses: bool = Field(
        default=False,
        description="Whether OpenAPI documents, clients' keys (`jwks_uri`) and MCP servers' tools may be fetched from "
        "private networks, and clients there be told of logouts (`backchannel_logout_uri`).",
    )

    valkey_url: SecretStr | None = Field(
        default=None,
        description="`valkey://…`, `redis://…`, `rediss://…` or `unix://…`: where all workers of all nodes count limits"
        " together; unset: each worker gives its share of a limit.",
    )
    limits_without_valkey: Literal["count", "refuse"] = Field(
        default="count",
        description="While the Valkey is away: `count` each worker's share, or `refuse` calls that are limited.",
    )

    alert_token_days: Annotated[int, Field(ge=0, le=365)] = Field(
        default=7, description="Days before a long-lived token expires in which an alert says so; 0: never."
    )
    alert_error_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=25,
        description="Share of a provider's calls of an hour (of 50 or more) that fail before an alert; 0: never.",
    )
    webhooks_to_private: bool = Field(
        default=False, description="Whether webhooks may lead to addresses of private networks, and by plain http."
    )

    hook_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        default=1.0, description="Seconds that a hook may take for a call."
    )
    hooks_failing: Literal["refuse", "pass"] = Field(
        default="refuse",
        description="When a hook fails or is too slow: `refuse` the call, or let it `pass` without it.",
    )

    @field_validator("node_name")
    @classmethod
    def _name_is_a_label(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("lower-case letters, digits and hyphens only, 63 at most")
        return value

    @field_validator("public_url")
    @classmethod
    def _url_has_no_path(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/?#\s]+/?", value):
            raise ValueError("http:// or https://, a host, an optional port, and no path")
        return value.rstrip("/") if value else value

    @model_validator(mode="after")
    def _tls_comes_whole(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_private_key is None):
            raise ValueError("tls_certificate and tls_private_key go together")
        return self

    @property
    def base_url(self) -> str:
        """The URL that clients use, without a slash at the end."""
        scheme = "https" if self.tls_certificate else "http"
        return self.public_url or f"{scheme}://localhost:{self.port}"

    @property
    def token_issuer(self) -> str:
        """``iss`` of issued tokens."""
        return self.issuer or self.base_url

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL in SQLAlchemy's form, with psycopg 3 for PostgreSQL."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.absolute() / 'passgate.db'}"
        return re.sub(r"^(postgres|postgresql)://", "postgresql+psycopg://", self.database_url)


def load_settings(**overrides: object) -> Settings:
    """The settings from the environment, single ones overridden (by the command line).

    Raises:
        InvalidInputError: names the variable and the rule that it breaks.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]  # values are checked by pydantic
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        subject = f"PASSGATE_{name.upper()}" if name else "The settings"
        raise InvalidInputError(
            f"{subject}: {first['msg'].removeprefix('Value error, ')}", field=name or None
        ) from None


def environment_value(name: str) -> str | None:
    """A variable that somebody names at run time, such as one that holds a secret of a declaration."""
    return os.environ.get(name)


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of a child process: this one's, with these settings written out, so that both agree."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSGATE_")}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            environment[f"PASSGATE_{name.upper()}"] = str(value)
    return environment
