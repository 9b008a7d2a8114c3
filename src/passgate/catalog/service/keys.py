"""A provider's pool of keys: its own, and further ones over which its calls are spread."""

from passgate.catalog import repository
from passgate.catalog.errors import KeyInUseError, NameTakenError
from passgate.catalog.models import Provider, ProviderKey
from passgate.catalog.placement import MAIN_KEY
from passgate.catalog.schemas import MAX_KEYS, KeyChange, KeyIn, KeyView
from passgate.catalog.service.providers import readable_provider, writable_provider
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError, NotFoundError
from passgate.storage.constraints import refusing
from passgate.storage.work import Work


def list_keys(actor: Actor, work: Work, provider_id: str) -> list[KeyView]:
    """The provider's keys, its own first; never the keys themselves.

    Raises:
        NotFoundError: no such provider, or one of a team that the actor has no part in.
        ForbiddenError: without the permission provider:read.
    """
    row = readable_provider(actor, work, provider_id)
    own = [KeyView(id=MAIN_KEY, label=MAIN_KEY, created_at=row.created_at)] if row.sealed_api_key else []
    return own + [_view(key) for key in repository.keys_of_providers(work, [row.id])]


def add_key(actor: Actor, work: Work, provider_id: str, given: KeyIn) -> KeyView:
    """Add a key; it is sealed at once.

    Raises:
        NotFoundError: as :func:`list_keys`.
        ForbiddenError: without the permission provider:write.
        InvalidInputError: the provider has no key of its own yet, or too many.
        NameTakenError: another key of the provider's has the label.
    """
    provider = writable_provider(actor, work, provider_id)
    if provider.sealed_api_key is None:
        raise InvalidInputError("Give the provider its own key first.", field="api_key")
    if len(repository.keys_of_providers(work, [provider.id])) >= MAX_KEYS:
        raise InvalidInputError(f"A provider has {MAX_KEYS} further keys at most.", field="api_key")
    _require_free_label(work, provider, given.label, None)
    key = ProviderKey(
        id=work.ids.new("key"),
        provider_id=provider.id,
        label=given.label,
        sealed_key=work.vault.seal(given.api_key.get_secret_value()),
        created_at=work.clock.now(),
    )
    with refusing(work, _label_taken(given.label)):
        work.session.add(key)
    return _view(key)


def change_key(actor: Actor, work: Work, provider_id: str, key_id: str, change: KeyChange) -> KeyView:
    """Give a key another label, or replace it.

    Raises:
        NotFoundError: no such key of that provider, or as :func:`list_keys`.
        ForbiddenError: without the permission provider:write.
        InvalidInputError: the provider's own key, which is changed at the provider.
        NameTakenError: another key of the provider's has the label.
    """
    provider, key = _writable(actor, work, provider_id, key_id)
    if change.label is not None and change.label != key.label:
        _require_free_label(work, provider, change.label, key)
    with refusing(work, _label_taken(change.label or key.label)):
        key.label = change.label or key.label
        if change.api_key is not None:
            key.sealed_key = work.vault.seal(change.api_key.get_secret_value())
    return _view(key)


def remove_key(actor: Actor, work: Work, provider_id: str, key_id: str) -> None:
    """Remove a key; calls under way end with it.

    Raises:
        NotFoundError: as :func:`change_key`.
        ForbiddenError: without the permission provider:write.
        InvalidInputError: the provider's own key.
        KeyInUseError: a deployment uses this key alone.
    """
    provider, key = _writable(actor, work, provider_id, key_id)
    used = repository.deployments_with_key(work, provider.id, key.id)
    if used:
        raise KeyInUseError(f"A deployment of {used[0]} uses this key alone; give it another one first.")
    work.session.delete(key)
    work.session.flush()


def _writable(actor: Actor, work: Work, provider_id: str, key_id: str) -> tuple[Provider, ProviderKey]:
    provider = writable_provider(actor, work, provider_id)
    if key_id == MAIN_KEY:
        raise InvalidInputError("This is the provider's own key; it is changed at the provider.", field="key_id")
    key = repository.find_key(work, key_id)
    if key is None or key.provider_id != provider.id:
        raise NotFoundError("No such key.")
    return provider, key


def _require_free_label(work: Work, provider: Provider, label: str, own: ProviderKey | None) -> None:
    others = [key.label for key in repository.keys_of_providers(work, [provider.id]) if key is not own]
    if label in [MAIN_KEY, *others]:
        raise _label_taken(label)


def _label_taken(label: str) -> NameTakenError:
    return NameTakenError(f"There is a key of the label {label!r} already.", field="label")


def _view(key: ProviderKey) -> KeyView:
    return KeyView(id=key.id, label=key.label, created_at=key.created_at)
