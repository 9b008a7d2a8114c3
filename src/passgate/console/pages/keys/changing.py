"""Rotating, importing and revoking signing keys."""

import asyncio
from collections.abc import Sequence

from nicegui import ui

from passgate.console.components.dialog import form_dialog
from passgate.console.components.field import choice_field, text_field
from passgate.console.components.form import Form
from passgate.console.formatting import counted, grouped
from passgate.console.visit import Visit, who
from passgate.gateway.service import list_nodes
from passgate.identity.keys.rules import DEFAULT_ALGORITHM
from passgate.identity.schemas import KeyImport
from passgate.identity.service.key_import import import_keys
from passgate.identity.service.key_revocation import revoke_key
from passgate.identity.service.key_rotation import rotate
from passgate.kernel.permissions import Permission

_LOOKS = 40
_PAUSE_SECONDS = 0.1
_BY_ITSELF = {"": "What the key says", "RS256": "RS256", "PS256": "PS256"}


def ask_to_rotate(visit: Visit, algorithms: Sequence[str]) -> None:
    """Ask which key to rotate, and do it."""

    async def rotate_key(form: Form) -> None:
        key = await visit.change(rotate, form["algorithm"], at_once=form["at_once"])
        visit.tell(f"{key.kid} signs {key.algorithm} from now on.")
        await visit.refresh()

    lead = "The next key signs from now on. The one before still verifies what it signed, so no token stops working."
    with form_dialog("Rotate the signing key?", lead, "Rotate key", rotate_key) as form:
        known = list(algorithms) or [DEFAULT_ALGORITHM]
        chosen = DEFAULT_ALGORITHM if DEFAULT_ALGORITHM in known else known[0]
        form.add("algorithm", choice_field("Algorithm", known, value=chosen))
        form.add("at_once", ui.checkbox("At once, even if services may not know the next key yet"))


def ask_to_import(visit: Visit) -> None:
    """Ask for a private key, and take it in."""

    async def take_in(form: Form) -> None:
        given = KeyImport.model_validate(
            {
                "key": form["key"],
                "passphrase": form.secret("passphrase") or None,
                "algorithm": form.text("algorithm"),
                "kid": form.text("kid"),
            }
        )
        keys = await visit.change(import_keys, given)
        visit.tell(f"{counted(len(keys), 'key')} imported. Rotate for it to sign.")
        await visit.refresh()

    lead = "A private key that was made elsewhere. It is published at once and becomes the next one of its algorithm."
    with form_dialog("Import a signing key", lead, "Import key", take_in, size="wide") as form:
        rules = "PEM, JWK or JWK Set. RSA of 2048 bits at least, P-256, P-384 or Ed25519. It is stored sealed."
        form.add("key", text_field("Private key", lines=8, help_text=rules, placeholder="-----BEGIN PRIVATE KEY-----"))
        form.add("passphrase", text_field("Passphrase of the PEM", optional=True, secret=True))
        form.add(
            "algorithm", choice_field("Algorithm", _BY_ITSELF, value="", help_text="An RSA key serves RS256 or PS256.")
        )
        form.add("kid", text_field("Key id", optional=True, help_text="The JWK's own, or a new one."))


def ask_to_revoke(visit: Visit, kid: str, status: str, tokens: int) -> None:
    """Ask for a reason, revoke the key, and tell when every node refuses what it signed."""

    async def revoke(form: Form) -> None:
        revoked = await visit.change(revoke_key, kid, form["reason"])
        await visit.refresh()
        await _tell_enforcement(visit, revoked.count)

    lead = (
        f"An emergency measure, for a key that leaked: every token that it signed is refused within a second, "
        f"{grouped(tokens)} now. "
    )
    lead += "The next key takes over." if status == "active" else "To change keys in daily work, rotate instead."
    with form_dialog("Revoke this signing key?", lead, "Revoke key", revoke, kind="danger") as form:
        form.add("reason", text_field("Reason", optional=True, placeholder="leaked", help_text="Kept with its tokens."))


async def _tell_enforcement(visit: Visit, count: int) -> None:
    fallen = f"The key is revoked; {counted(count, 'token')} fell with it."
    actor = await visit.ask(who)
    if not actor.may(Permission.NODE_READ):
        visit.tell(fallen, "warn")
        return
    for _ in range(_LOOKS):
        nodes = [node for node in await visit.ask(list_nodes) if node.state != "silent"]
        if nodes and all(node.state == "up to date" for node in nodes):
            visit.tell(f"{fallen} Enforced on {counted(len(nodes), 'node')}.", "warn")
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    visit.tell(f"{fallen} Not every node has confirmed it yet; see the nodes page.", "warn")
