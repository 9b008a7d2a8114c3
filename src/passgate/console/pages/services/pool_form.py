"""The form of an upstream pool: addresses, balance, TLS, credentials, health, bounds."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui
from pydantic import ValidationError

from passgate.console.components.contract_fields import FieldWording, add_fields, values_of
from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.components.text import Words, box, muted
from passgate.console.pages.services.field_rows import FieldRows
from passgate.console.problems import problems_of
from passgate.contracts.upstream_pool import CircuitLimits, HealthCheck, PassiveHealth
from passgate.kernel.errors import InvalidInputError
from passgate.publishing.definition_input import PoolIn, PoolView

_PROTOCOLS = {"http1": "HTTP/1.1", "http2": "HTTP/2", "grpc": "gRPC"}
BALANCES = {
    "least_request": "Least requests",
    "round_robin": "Round robin",
    "random": "Random",
    "hash": "Hash: one caller stays with one address",
}
_SOURCES = {"header": "Header", "cookie": "Cookie", "ip": "Client address", "claim": "Claim of the token"}
_HEALTH = {
    "path": FieldWording("Path", "Healthy while it answers 200."),
    "interval_ms": FieldWording("Every, milliseconds"),
    "timeout_ms": FieldWording("Timeout, milliseconds"),
    "healthy_after": FieldWording("Back after", "Good answers running."),
    "unhealthy_after": FieldWording("Out after", "Bad answers running."),
}
_PASSIVE = {
    "failures": FieldWording("Failures running", "Then the address rests."),
    "rest_ms": FieldWording("Rest, milliseconds"),
    "most_percent": FieldWording("At most, percent", "Of the addresses may rest at a time; 0: none rests."),
}
_CIRCUIT = {
    "connections": FieldWording("Connections", "On each node; over it calls get 503."),
    "requests": FieldWording("Requests at a time"),
    "pending": FieldWording("Waiting requests"),
}
_PLAIN = ("name", "protocol", "balance", "path_prefix", "connect_timeout_ms")
_BOUNDS = {"path_prefix", "host_header", "connect_timeout_ms", "circuit"}
Save = Callable[[dict[str, Any]], Awaitable[None]]


def ask_for_pool(pool: PoolView | None, title: str, field: str, save: Save) -> None:
    """Ask for a pool, new or as it is.

    Args:
        pool: what stands in the form; None: a new one.
        title: of the dialog.
        field: what services call this pool in what they refuse, such as ``pools.0``.
        save: keeps the pool, in the form in which services take it.
    """
    sections: dict[ui.expansion, set[str]] = {}

    async def submit(form: Form) -> None:
        try:
            values = _values(form, endpoints, credentials, pool)
            PoolIn.model_validate(values)
            await save(values)
        except (ValidationError, InvalidInputError) as error:
            if isinstance(error, InvalidInputError) and error.field:
                error.field = error.field.removeprefix(f"{field}.")
            at_fault = {(problem.field or "").partition(".")[0] for problem in problems_of(error)}
            for section, names in sections.items():
                if names & at_fault:
                    section.open()
            raise

    lead = "Addresses that stand for each other: calls are spread over those that are healthy."
    with form_dialog(title, lead, "Save upstream", submit, size="wide") as form:
        endpoints = _addresses(form, pool)
        with _section(sections, "TLS to the addresses", {"tls"}), box("pg-stack-s"):
            _tls(form, pool)
        with _section(sections, "Credentials", {"credentials"}), box("pg-stack-s"):
            muted("Headers that the upstream asks for. Values are sealed at once and never shown again.")
            credentials = _credentials(form, pool)
        with _section(sections, "Health", {"health", "passive_health"}), box("pg-stack-s"):
            _health(form, pool)
        with _section(sections, "Path, host, timeout and bounds", _BOUNDS), box("pg-stack-s"):
            _bounds(form, pool)


def _section(sections: dict[ui.expansion, set[str]], title: str, names: set[str]) -> ui.expansion:
    """A part that is closed until it is needed, or a field of these names is at fault."""
    made = ui.expansion(title).classes("pg-more w-full").props("dense")
    sections[made] = names
    return made


def _addresses(form: Form, pool: PoolView | None) -> FieldRows:
    with box("pg-grid-2"):
        form.add("name", text_field("Name", value=pool.name if pool else "default", help_text="Routes name it."))
        form.add("protocol", choice_field("Protocol", _PROTOCOLS, value=pool.protocol if pool else "http1"))

    def one(given: Any) -> dict[str, Any]:  # noqa: ANN401 - an address, or None
        return {
            "host": text_field("Host", value=given.host if given else "", placeholder="orders.internal"),
            "port": text_field("Port", value=str(given.port) if given else "", placeholder="8080"),
            "weight": text_field("Weight", value=str(given.weight) if given else "1"),
        }

    rows = FieldRows(form, "endpoints", "address", one, pool.endpoints if pool else (None,))
    with box("pg-grid-3"):
        balance = choice_field("Balance", BALANCES, value=pool.balance if pool else "least_request")
        form.add("balance", balance)
        key = pool.hash_key if pool else None
        for name, made in (
            ("hash_key.source", choice_field("Hashed by", _SOURCES, value=key.source if key else "header")),
            ("hash_key.name", text_field("Its name", value=key.name if key else "", placeholder="x-session")),
        ):
            form.add(name, made)
            place = made.parent_slot.parent if made.parent_slot else made
            place.bind_visibility_from(balance, "value", value="hash")
    return rows


def _tls(form: Form, pool: PoolView | None) -> None:
    tls = pool.tls if pool else None
    switch = ui.switch("Encrypted", value=tls is not None)
    form.add("tls_on", switch)
    with box("pg-stack-s") as inner:
        given = (tls.server_name if tls else None) or ""
        help_text = "Empty: each address's own name."
        form.add("tls.server_name", text_field("Server name", value=given, optional=True, help_text=help_text))
        for name, label, help_text in (
            ("ca_pem", "Authorities (PEM)", "Empty: the public ones."),
            ("client_certificate_pem", "Client certificate (PEM)", "Where the upstream asks who calls."),
        ):
            text = (getattr(tls, name) if tls else None) or ""
            form.add(f"tls.{name}", text_field(label, value=text, optional=True, lines=3, help_text=help_text))
        kept = tls is not None and tls.client_key_secret is not None
        help_text = "A key is stored, sealed; leave empty to keep it." if kept else "Sealed at once, never shown again."
        form.add("tls.client_key_pem", text_field("Client key (PEM)", optional=True, lines=3, help_text=help_text))
    inner.bind_visibility_from(switch, "value")


def _credentials(form: Form, pool: PoolView | None) -> FieldRows:
    def one(given: Any) -> dict[str, Any]:  # noqa: ANN401 - a credential, or None
        kept = given.secret if given else None
        return {
            "header": text_field("Header", value=given.header if given else "authorization"),
            "value": text_field("Value", secret=True, placeholder="stored; empty keeps it" if kept else "Bearer …"),
        }

    return FieldRows(form, "credentials", "credential", one, pool.credentials if pool else ())


def _health(form: Form, pool: PoolView | None) -> None:
    health = pool.health if pool else None
    switch = ui.switch("Ask each address whether it is healthy", value=health is not None)
    form.add("health_on", switch)
    with box() as inner:
        add_fields(form, HealthCheck, _HEALTH, health, "health.")
    inner.bind_visibility_from(switch, "value")
    Words("Rest after failures", "h3")
    add_fields(form, PassiveHealth, _PASSIVE, pool.passive_health if pool else None, "passive_health.")


def _bounds(form: Form, pool: PoolView | None) -> None:
    with box("pg-grid-3"):
        prefix = text_field(
            "Path prefix",
            value=pool.path_prefix if pool else "",
            placeholder="/api/v2",
            optional=True,
            help_text="Before the call's own path.",
        )
        form.add("path_prefix", prefix)
        host = (pool.host_header if pool else None) or ""
        form.add("host_header", text_field("Host header", value=host, optional=True, help_text="Empty: its own."))
        wait = str(pool.connect_timeout_ms if pool else 2_000)
        form.add("connect_timeout_ms", text_field("Connect timeout", value=wait, help_text="Milliseconds."))
    muted("How long an answer may take is the policy Timeouts.")
    Words("The most at a time", "h3")
    add_fields(form, CircuitLimits, _CIRCUIT, pool.circuit if pool else None, "circuit.")


def _values(form: Form, endpoints: FieldRows, credentials: FieldRows, pool: PoolView | None) -> dict[str, Any]:
    values: dict[str, Any] = {name: form[name] for name in _PLAIN}
    values["host_header"] = form.text("host_header")
    values["endpoints"] = [{name: one.text(name) for name in ("host", "port", "weight")} for one in endpoints.rows()]
    if form["balance"] == "hash":
        source = form["hash_key.source"]
        values["hash_key"] = {"source": source, "name": "" if source == "ip" else form["hash_key.name"]}
    if form["health_on"]:
        values["health"] = values_of(form, HealthCheck, _HEALTH, "health.")
    values["passive_health"] = values_of(form, PassiveHealth, _PASSIVE, "passive_health.")
    values["circuit"] = values_of(form, CircuitLimits, _CIRCUIT, "circuit.")
    if form["tls_on"]:
        values["tls"] = _tls_values(form, pool)
    values["credentials"] = [
        {"header": one.text("header"), **_value_or_kept(one.text("value"), one.given)} for one in credentials.rows()
    ]
    return values


def _value_or_kept(value: str, given: Any) -> dict[str, str | None]:  # noqa: ANN401 - a credential, or None
    if value or given is None:
        return {"value": value}
    return {"secret": given.secret}


def _tls_values(form: Form, pool: PoolView | None) -> dict[str, str | None]:
    names: Sequence[str] = ("server_name", "ca_pem", "client_certificate_pem", "client_key_pem")
    values = {name: form.text(f"tls.{name}") for name in names}
    kept = pool.tls.client_key_secret if pool and pool.tls else None
    if values["client_key_pem"] is None and values["client_certificate_pem"] is not None:
        values["client_key_secret"] = kept
    return values
