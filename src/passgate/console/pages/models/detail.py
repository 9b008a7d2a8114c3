"""One model: who answers for it, in which order, at which price."""

import json
from dataclasses import dataclass

from nicegui.page_arguments import PageArguments

from passgate.catalog.schemas import ModelChange, ModelView
from passgate.catalog.service.models import delete_model, get_model, update_model
from passgate.console.components.badge import badge
from passgate.console.components.button import button
from passgate.console.components.card import card
from passgate.console.components.confirm import confirm
from passgate.console.components.copyable import identifier, snippet
from passgate.console.components.facts import facts
from passgate.console.components.moment import Moment
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH
from passgate.console.formatting import grouped
from passgate.console.pages.models.deployments import deployments
from passgate.console.pages.models.edit import ask_to_change
from passgate.console.pages.models.routing import fallbacks, routing
from passgate.console.visit import Visit
from passgate.kernel.actor import Actor
from passgate.kernel.permissions import Permission
from passgate.storage.work import Work


@dataclass(frozen=True, slots=True)
class _Found:
    model: ModelView
    may_write: bool


async def show(visit: Visit, args: PageArguments) -> None:
    """Build the page."""
    found = await visit.ask(_find, args.path_parameters["model_id"])
    model = found.model
    with page_header(model.name, f"By {model.owned_by}", trail=[("Models", f"{MOUNT_PATH}/models")]):
        if found.may_write:
            _actions(visit, model)
    with box("pg-main-aside"):
        with box("pg-stack"):
            deployments(visit, model, may_write=found.may_write)
            fallbacks(visit, model, may_write=found.may_write)
            _how_to_call(visit, model)
        with box("pg-stack"):
            routing(visit, model, may_write=found.may_write)
            _about(model)


def _find(actor: Actor, work: Work, model_id: str) -> _Found:
    model = get_model(actor, work, model_id)
    return _Found(model, actor.may(Permission.MODEL_WRITE, model.team_id))


def _actions(visit: Visit, model: ModelView) -> None:
    async def set_enabled(*, enabled: bool) -> None:
        await visit.change(update_model, model.id, ModelChange(is_enabled=enabled))
        await visit.refresh()

    async def delete() -> None:
        await visit.change(delete_model, model.id)
        visit.go("/models")

    button("Edit", lambda: ask_to_change(visit, model), icon="edit")
    if model.is_enabled:
        button("Switch off", lambda: set_enabled(enabled=False), icon="ban")
    else:
        button("Switch on", lambda: set_enabled(enabled=True), icon="check", kind="primary")
    button(
        "Delete",
        lambda: confirm(
            f"Delete “{model.name}”?",
            "Calls that ask for it are refused at once. Its provider stays, and can switch it on again.",
            "Delete model",
            delete,
        ),
        icon="trash",
    )


def _how_to_call(visit: Visit, model: ModelView) -> None:
    with card("Call it"):
        path, body = _example(model)
        snippet(
            f"curl {visit.console.public_url}/v1/{path} \\\n"
            '  -H "Authorization: Bearer $PASSGATE_TOKEN" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f"  -d '{body}'",
            "bash",
        )


_EXAMPLES: dict[str, tuple[str, dict[str, object]]] = {
    "chat": ("chat/completions", {"messages": [{"role": "user", "content": "Hello"}]}),
    "embeddings": ("embeddings", {"input": "hello"}),
    "image": ("images/generations", {"prompt": "A lighthouse in the rain"}),
    "audio": ("audio/speech", {"input": "Hello", "voice": "alloy"}),
    "moderation": ("moderations", {"input": "hello"}),
    "rerank": ("rerank", {"query": "capital of France", "documents": ["Paris", "Rome"]}),
}


def _example(model: ModelView) -> tuple[str, str]:
    """A path below /v1, and a body that a model of this kind answers."""
    path, body = _EXAMPLES[model.kind]
    return path, json.dumps({"model": model.name, **body})


def _about(model: ModelView) -> None:
    with card("About"):
        facts(
            [
                ("State", lambda: badge(*(("On", "good") if model.is_enabled else ("Off", "plain")), dot=True)),
                ("Id", lambda: identifier(model.id)),
                ("Kind", model.kind),
                ("Context window", f"{grouped(model.context_window)} tokens" if model.context_window else "unknown"),
                (
                    "Longest answer",
                    f"{grouped(model.max_output_tokens)} tokens" if model.max_output_tokens else "unknown",
                ),
                ("Switched on", lambda: Moment(model.created_at, "date")),
            ]
        )
