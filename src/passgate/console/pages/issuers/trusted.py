"""One trusted issuer: whose calls its tokens are, and who is blocked."""

from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.console.components.banner import banner
from passgate.console.components.button import button
from passgate.console.components.card import card, card_head
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier
from passgate.console.components.dialog import form_dialog
from passgate.console.components.empty import empty
from passgate.console.components.facts import facts
from passgate.console.components.field import text_field
from passgate.console.components.form import Form
from passgate.console.components.moment import moment_or
from passgate.console.components.page_header import page_header
from passgate.console.components.table import Column, Table, act
from passgate.console.components.text import Words, box
from passgate.console.edge import MOUNT_PATH
from passgate.console.pages.issuers.looking import keep, tried
from passgate.console.pages.issuers.new_trusted import ask_to_change_issuer, names_of_applications
from passgate.console.visit import Visit
from passgate.identity.issuers.schemas import BlockIn, TrustedIssuerChange, TrustedIssuerView
from passgate.identity.issuers.trusted import (
    block_subject,
    delete_trusted_issuer,
    get_trusted_issuer,
    issuer_to_check,
    unblock_subject,
    update_trusted_issuer,
)
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work

_MAPPING = (Column("value", "Value", "code"), Column("application", "Application", "main"))
_BLOCKED = (
    Column("subject", "Subject", "code"),
    Column("reason", "Reason"),
    Column("since", "Since", "relative"),
    Column("actions", "Actions", "actions"),
)


@dataclass(frozen=True, slots=True)
class _Found:
    issuer: TrustedIssuerView
    names: dict[str, str]
    may_write: bool
    may_block: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["issuer_id"])
    issuer = found.issuer
    lead = "Its tokens pass the gate as calls of your applications, by the rules below."
    with page_header(issuer.name, lead, trail=[("Issuers", f"{MOUNT_PATH}/issuers")]):
        if found.may_write:
            _actions(visit, issuer)
    if issuer.problem:
        text = f"{issuer.problem} The keys that were known before stay in use."
        with banner("Its keys could not be fetched of late", text, tone="warn"):
            pass
    with box("pg-main-aside"):
        with box("pg-stack"):
            _mapping(found)
            _blocked(visit, found)
        _about(found)


def _find(actor: Actor, work: Work, issuer_id: str) -> _Found:
    issuer = get_trusted_issuer(actor, work, issuer_id)
    return _Found(
        issuer,
        names_of_applications(actor, work, issuer),
        actor.may(Permission.ISSUER_WRITE),
        actor.may(Permission.TOKEN_REVOKE),
    )


def _actions(visit: Visit, issuer: TrustedIssuerView) -> None:
    async def check() -> None:
        followed = await visit.ask(issuer_to_check, issuer.id)
        seen = await tried(followed)
        await visit.change(keep, followed, seen)
        visit.tell(seen.problem or "Its keys are up to date.", "bad" if seen.problem else "good")
        await visit.refresh()

    async def switch() -> None:
        await visit.change(update_trusted_issuer, issuer.id, TrustedIssuerChange(is_enabled=not issuer.is_enabled))
        await visit.refresh()

    async def delete() -> None:
        await visit.change(delete_trusted_issuer, issuer.id)
        visit.tell(f"{issuer.name} is trusted no longer.")
        visit.go("/issuers")

    button("Fetch keys", check, icon="refresh")
    button("Edit", lambda: ask_to_change_issuer(visit, issuer), icon="edit")
    button("Switch off" if issuer.is_enabled else "Switch on", switch, icon="ban" if issuer.is_enabled else "check")
    text = "All of its tokens are refused from now on."
    button("Delete", lambda: confirm(f"Delete “{issuer.name}”?", text, "Delete issuer", delete), icon="trash")


def _mapping(found: _Found) -> None:
    issuer = found.issuer
    if issuer.application_id is not None:
        with card("Whose calls its tokens are"):
            facts([("Application", found.names.get(issuer.application_id, issuer.application_id))])
        return
    with card(
        "Whose calls its tokens are", f"By the claim {issuer.application_claim}; other values are refused.", flush=True
    ):
        rows = [
            {
                "id": value,
                "value": value,
                "application": found.names.get(app, app),
                "href": f"{MOUNT_PATH}/applications/{app}",
            }
            for value, app in issuer.applications.items()
        ]
        Table(_MAPPING, rows, label="Applications by claim")


def _blocked(visit: Visit, found: _Found) -> None:
    issuer = found.issuer

    async def unblock(subject: str, _name: str) -> None:
        await visit.change(unblock_subject, issuer.id, subject)
        await visit.refresh()

    with card(flush=True):
        with card_head("Blocked subjects", "Their tokens are refused, those that the issuer makes later, too."):
            if found.may_block:
                button("Block a subject", lambda: _ask_to_block(visit, issuer), icon="ban")
        if not issuer.blocked:
            empty("ban", "Nobody is blocked", "Block somebody who left, and their tokens are refused within a second.")
            return
        rows = [
            {
                "id": one.subject,
                "subject": one.subject,
                "reason": one.reason,
                "since": one.created_at.isoformat(),
                "actions": [act("unblock", "Unblock", of=one.subject)] if found.may_block else None,
            }
            for one in issuer.blocked
        ]
        Table(_BLOCKED, rows, label="Blocked subjects", on_act=unblock)


def _ask_to_block(visit: Visit, issuer: TrustedIssuerView) -> None:
    async def block(form: Form) -> None:
        await visit.change(block_subject, issuer.id, BlockIn(subject=form["subject"], reason=form["reason"]))
        await visit.refresh()

    lead = "All tokens of this subject are refused on every node."
    with form_dialog("Block a subject", lead, "Block", block, kind="danger") as form:
        form.add("subject", text_field("Subject", help_text="What “sub” of the tokens is, to the letter."))
        form.add("reason", text_field("Reason", optional=True, placeholder="left the company"))


def _about(found: _Found) -> None:
    issuer = found.issuer
    needed = [f"{name}: {' or '.join(values)}" for name, values in issuer.required_claims.items()]
    with card("About"):
        facts(
            [
                ("Id", lambda: identifier(issuer.id)),
                ("Issuer", lambda: Words(issuer.issuer, "code")),
                ("Audiences", ", ".join(issuer.audiences)),
                ("Algorithms", ", ".join(issuer.algorithms)),
                ("Claims that must hold", "; ".join(needed) or "none"),
                ("Tokens without jti", "refused" if issuer.needs_jti else "accepted"),
                ("Keys", ", ".join(issuer.key_ids) or "none yet"),
                ("Keys fetched", moment_or(issuer.keys_at, "never")),
            ]
        )
