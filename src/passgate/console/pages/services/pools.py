"""The upstreams of a revision."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.empty import empty, next_step
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.pages.services.pool_form import ask_for_pool
from passgate.console.visit import Visit
from passgate.contracts.upstream_pool import Balance
from passgate.publishing.definition_input import PoolView

_COLUMNS = (
    Column("name", "Upstream", "main"),
    Column("balance", "Balance"),
    Column("tls", "Transport", "badge"),
    Column("health", "Health checks"),
    Column("credentials", "Credentials", "code"),
    Column("actions", "Actions", "actions"),
)
_BALANCES: dict[Balance, str] = {
    "least_request": "Least requests",
    "round_robin": "Round robin",
    "random": "Random",
    "hash": "Hash",
}
_MOST_SHOWN = 3
Pools = list[dict[str, Any]]
Save = Callable[[Pools], Awaitable[object]]


def pools_card(visit: Visit, pools: Sequence[PoolView], save: Save | None) -> None:
    """The card; without a way to save, the pools are shown only."""
    given = [pool.model_dump(mode="json") for pool in pools]

    def ask(at: int | None) -> None:
        async def keep(values: dict[str, Any]) -> None:
            changed = [*given, values] if at is None else [*given[:at], values, *given[at + 1 :]]
            await _keep(save, changed)
            await visit.refresh()

        pool = pools[at] if at is not None else None
        title = "Add upstream" if pool is None else f"Edit {pool.name}"
        ask_for_pool(pool, title, f"pools.{len(pools) if at is None else at}", keep)

    def done(row_id: str, what: str) -> None:
        at = int(row_id)
        if what == "edit":
            ask(at)
            return

        async def remove() -> None:
            await _keep(save, given[:at] + given[at + 1 :])
            await visit.refresh()

        confirm(f"Remove “{pools[at].name}”?", "Its credentials go with it.", "Remove upstream", remove)

    with card(flush=True):
        with card_head("Upstreams", "Where the calls go; the first one takes those of routes that name none."):
            if save is not None and pools:
                button("Add upstream", lambda: ask(None), icon="plus")
        if pools:
            rows = [_row(at, pool, may_change=save is not None) for at, pool in enumerate(pools)]
            Table(_COLUMNS, rows, label="Upstreams", on_act=done)
        else:
            step = next_step("Add upstream", lambda: ask(None)) if save is not None else None
            empty("node", "No upstream yet", "Give the addresses that answer the calls, or let a mock answer.", step)


async def _keep(save: Save | None, pools: Pools) -> None:
    if save is not None:
        await save(pools)


def _row(at: int, pool: PoolView, *, may_change: bool) -> Row:
    addresses = [f"{one.host}:{one.port}" for one in pool.endpoints]
    more = f" and {len(addresses) - _MOST_SHOWN} more" if len(addresses) > _MOST_SHOWN else ""
    return {
        "id": str(at),
        "name": pool.name,
        "sub": ", ".join(addresses[:_MOST_SHOWN]) + more,
        "balance": _BALANCES[pool.balance],
        "tls": tag("TLS", "good") if pool.tls else tag("Plain text"),
        "health": f"{pool.health.path} every {pool.health.interval_ms / 1_000:g} s" if pool.health else "On failures",
        "credentials": ", ".join(one.header for one in pool.credentials) or None,
        "actions": [act("edit", "Edit", of=pool.name), act("remove", "Remove", of=pool.name, tone="bad")]
        if may_change
        else [],
    }
