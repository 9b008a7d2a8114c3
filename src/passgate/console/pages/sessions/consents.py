"""The applications that act in one's own name, below one's sessions."""

from collections.abc import Sequence

from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.empty import empty
from passgate.console.components.table import Column, Row, Table, act, tag
from passgate.console.visit import Visit
from passgate.identity.oauth.consents import withdraw_consent
from passgate.identity.oauth.schemas import ConsentView

_COLUMNS = (
    Column("name", "Application", "main"),
    Column("status", "Status", "badge"),
    Column("scopes", "May know or do"),
    Column("given", "Agreed", "relative"),
    Column("actions", "Actions", "actions"),
)


def consent_card(visit: Visit, consents: Sequence[ConsentView]) -> None:
    """The card with all of them."""
    by_id = {consent.client_id: consent for consent in consents}

    def acted(client_id: str, _name: str) -> None:
        _ask_to_withdraw(visit, by_id[client_id])

    lead = "What you agreed to when you signed in to them with Passgate."
    with card("Applications that act in your name", lead, flush=True):
        if consents:
            Table(_COLUMNS, [_row(one) for one in consents], label="Applications that act in your name", on_act=acted)
        else:
            empty("application", "None", "Applications that you sign in to with Passgate stand here.")


def _row(consent: ConsentView) -> Row:
    return {
        "id": consent.client_id,
        "name": consent.name,
        "status": tag("Signed in", "good", dot=True) if consent.is_in_use else tag("Not in use", dot=True),
        "scopes": ", ".join(consent.scopes),
        "given": consent.given_at.isoformat(),
        "actions": [act("withdraw", "Withdraw", of=consent.name, tone="bad")],
    }


def _ask_to_withdraw(visit: Visit, consent: ConsentView) -> None:
    async def withdraw() -> None:
        await visit.change(withdraw_consent, consent.client_id)
        visit.tell(f"{consent.name} does nothing in your name any more.")
        await visit.refresh()

    text = "Its tokens in your name are refused within a second. It asks you anew when you sign in to it again."
    with visit.client.content:
        confirm(f"Withdraw what {consent.name} may do?", text, "Withdraw", withdraw)
