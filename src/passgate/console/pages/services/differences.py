"""How a revision differs from what answers now: in words, and a prompt's texts line by line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from passgate.console.components.badge import badge
from passgate.console.components.difference import difference
from passgate.console.components.text import Words, box, muted
from passgate.contracts.prompt import PromptDefinition
from passgate.kernel.actor import Actor
from passgate.publishing.change import Change
from passgate.publishing.service.comparison import Comparison, compare_revision
from passgate.publishing.service.revisions import get_revision
from passgate.storage.work import Work

_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Compared:
    """A revision beside the one that gets most of its version's calls."""

    comparison: Comparison
    before: PromptDefinition | None
    after: PromptDefinition | None


def compared(actor: Actor, work: Work, service_id: str, revision_id: str) -> Compared:
    """Ask for both."""
    comparison = compare_revision(actor, work, service_id, revision_id)
    after = get_revision(actor, work, service_id, revision_id).definition.prompt
    before = None
    if comparison.against is not None and after is not None:
        before = get_revision(actor, work, service_id, comparison.against).definition.prompt
    return Compared(comparison, before, after)


def show_differences(found: Compared) -> None:
    """Tell them, those that break callers by name."""
    comparison = found.comparison
    if comparison.against is None:
        muted("Nothing answers yet: this is the first revision.")
        return
    if not comparison.changes:
        muted("It says the same as what answers now.")
        return
    if comparison.breaking:
        Words(f"{comparison.breaking} of these changes may break callers.", "div", "pg-strong")
    _list(comparison.changes[:_MOST_SHOWN])
    if len(comparison.changes) > _MOST_SHOWN:
        muted(f"And {len(comparison.changes) - _MOST_SHOWN} more.")
    if found.before is not None and found.after is not None:
        _texts(found.before, found.after)


def _list(changes: Sequence[Change]) -> None:
    with box("pg-stack-s"):
        for change in changes:
            with box("pg-row"):
                if change.breaking:
                    badge("Breaking", "bad")
                else:
                    badge(change.way.capitalize(), "good" if change.way == "added" else "plain")
                Words(change.name, "code")
                Words(change.text, "span", "pg-small")


def _texts(before: PromptDefinition, after: PromptDefinition) -> None:
    difference("System", before.system, after.system)
    difference("User", before.user, after.user)
    difference("JSON Schema", _schema(before), _schema(after))


def _schema(prompt: PromptDefinition) -> str:
    return "" if prompt.output_schema is None else json.dumps(prompt.output_schema, indent=2, ensure_ascii=False)
