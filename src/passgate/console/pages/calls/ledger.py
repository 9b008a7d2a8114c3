"""A call's entries in the ledger."""

from decimal import Decimal

from passgate.console.components.table import Column, Row, Table
from passgate.console.components.text import Words, box, muted
from passgate.console.formatting import grouped, per_million
from passgate.kernel.money import format_dollars
from passgate.metering.ledger.schemas import CallLedger, LedgerEntry, LedgerLine

_COLUMNS = (
    Column("kind", "Charged for"),
    Column("count", "Count", "number"),
    Column("price", "Price", "number"),
    Column("sum", "Micro-dollars", "number"),
)
_KINDS = {
    "input": "Tokens in",
    "cached_input": "Tokens in, cached",
    "cache_write": "Written to the cache",
    "cache_write_long": "Written to the cache, 1 h",
    "input_audio": "Audio in",
    "output": "Tokens out",
    "reasoning": "Reasoning",
    "output_audio": "Audio out",
    "request": "The call",
    "image": "Pictures",
}
_PER = {"million tokens": "M", "thousand calls": "k calls", "picture": "picture"}


def ledger_part(ledger: CallLedger) -> None:
    """The entries, the one that holds first."""
    if ledger.cached:
        muted("Answered from the cache: nothing was charged.")
        return
    if ledger.usage_source == "estimate":
        muted("Estimated: the vendor never counted, or the stream was broken off before it had.")
    elif ledger.usage_source != "vendor":
        muted("The vendor reported no usage: nothing was charged.")
        return
    holds = len(ledger.entries) - 1
    for place in range(holds, -1, -1):
        _entry(ledger.entries[place], corrected=bool(holds), holds=place == holds)


def _entry(entry: LedgerEntry, *, corrected: bool, holds: bool) -> None:
    with box("pg-stack-s"):
        if corrected:
            when = f"{entry.made_at:%Y-%m-%d %H:%M} UTC"
            title = f"Corrected {when}: {entry.reason}" if entry.reason else "The first entry"
            Words(title if holds else f"{title} (no longer holds)", "p", "pg-small pg-strong")
        price = entry.price_version or "no price was known"
        if entry.large_above is not None:
            price += f", of prompts above {grouped(entry.large_above)} tokens"
        if entry.lines:
            Table(
                _COLUMNS, [_row(number, line) for number, line in enumerate(entry.lines)], label="Charges", dense=True
            )
        total = f"= {grouped(entry.cost_micro_dollars)} micro-dollars, {format_dollars(entry.cost_micro_dollars)}"
        Words(f"{total}. Price: {price}.", "p", "pg-small pg-muted")


def _row(number: int, line: LedgerLine) -> Row:
    return {
        "id": str(number),
        "kind": _KINDS[line.kind],
        "count": grouped(line.count),
        "price": f"{per_million(line.price)} / {_PER[line.unit]}",
        "sum": _exact(line.micro_dollars),
    }


def _exact(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"
