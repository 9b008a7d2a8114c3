"""Providers with their keys."""

from collections.abc import Iterable, Mapping

from pydantic import SecretStr
from sqlalchemy import select

from passgate.catalog.base_url import origin_of
from passgate.catalog.models import Provider, ProviderKey
from passgate.catalog.placement import MAIN_KEY
from passgate.catalog.schemas import KeyChange, KeyIn, ProviderChange, ProviderIn
from passgate.catalog.service import keys, providers
from passgate.catalog.vendors import find_vendor
from passgate.declaring.ai_documents import KeyPart, ProviderDocument
from passgate.declaring.desk import Desk, every
from passgate.declaring.documents import ApplicationRef
from passgate.declaring.kinds.kind import Kind
from passgate.declaring.variables import variable_for
from passgate.identity.models import Application
from passgate.kernel.errors import InvalidInputError

_PLAIN = ("is_enabled", "pass_through", "pass_through_charge_micro_dollars")


def provider_id(desk: Desk, name: str) -> str | None:
    """The id of the provider of that name; None: there is none."""
    return desk.work.session.scalar(select(Provider.id).where(Provider.name == name))


def key_labels(desk: Desk, object_id: str) -> dict[str, str]:
    """The ids of a provider's keys by their labels; its own is ``main``."""
    return {view.label: view.id for view in keys.list_keys(desk.actor, desk.work, object_id)}


class ProviderKind(Kind[ProviderDocument]):
    """Providers."""

    name = "Provider"

    def find(self, desk: Desk, given: ProviderDocument) -> str | None:
        """By the name."""
        return provider_id(desk, given.name)

    def present(self, desk: Desk, object_id: str) -> ProviderDocument:
        """What it says, less its keys."""
        view = providers.get_provider(desk.actor, desk.work, object_id)
        refs = [desk.application_ref(one) for one in self._known(desk, view.pass_through_applications)]
        return ProviderDocument(
            kind="Provider",
            name=view.name,
            team=None if view.team_id is None else desk.team_name(view.team_id),
            vendor=view.vendor,
            base_url=view.base_url,
            keys=tuple(KeyPart(label=label) for label in sorted(key_labels(desk, object_id)) if label != MAIN_KEY),
            pass_through_applications=_ordered(one for one in refs if one is not None),
            **{name: getattr(view, name) for name in _PLAIN},
        )

    def export(self, desk: Desk, object_id: str) -> ProviderDocument:
        """Keys by variables; the vendor's own base URL left out."""
        found = self.present(desk, object_id)
        row = desk.work.session.get_one(Provider, object_id)
        hidden = len(row.pass_through_applications) - len(found.pass_through_applications)
        if hidden:
            desk.notes.append(
                f"The provider {found.name}: not said are {hidden} applications that may call it as it is."
            )
        own = SecretStr(variable_for(found.name, "api_key")) if row.sealed_api_key is not None else None
        further = tuple(
            KeyPart(label=key.label, api_key=SecretStr(variable_for(found.name, key.label, "api_key")))
            for key in found.keys or ()
        )
        update: dict[str, object] = {"api_key": own, "keys": further or None}
        if found.base_url == find_vendor(found.vendor).base_url:
            update["base_url"] = None
        return found.model_copy(update=update)

    def settled(self, desk: Desk, given: ProviderDocument, present: ProviderDocument | None) -> ProviderDocument:
        """With the vendor's base URL; a key only where it is another one, or is to go to another host."""
        base_url = given.base_url or find_vendor(given.vendor).base_url or None
        moved = present is not None and origin_of(base_url or "") != origin_of(present.base_url or "")
        stored: Mapping[str, str] = {}
        if present is not None and not moved:
            stored = self._stored(desk, provider_id(desk, given.name))
        further = given.keys if given.keys is not None else present.keys if present is not None else ()
        parts = [self._settled_key(desk, part, stored.get(part.label)) for part in further or ()]
        update = {
            "base_url": base_url,
            "api_key": desk.secret(given.api_key, stored.get(MAIN_KEY), "api_key"),
            "keys": tuple(sorted(parts, key=lambda part: part.label)),
            "pass_through_applications": _ordered(given.pass_through_applications),
        }
        return given.model_copy(update=update)

    def make(self, desk: Desk, wanted: ProviderDocument) -> str:
        """Add it with its keys."""
        given = ProviderIn(
            team_id=None if wanted.team is None else desk.team_id(wanted.team),
            name=wanted.name,
            vendor=wanted.vendor,
            base_url=wanted.base_url,
            api_key=wanted.api_key,
            pass_through_applications=_ids(desk, wanted, ()),
            **{name: getattr(wanted, name) for name in _PLAIN},
        )
        made = providers.create_provider(desk.actor, desk.work, given).id
        self._settle_keys(desk, made, wanted)
        return made

    def change(self, desk: Desk, object_id: str, wanted: ProviderDocument, present: ProviderDocument) -> None:
        """Change all of it but team and vendor, which stay."""
        for name in ("team", "vendor"):
            if getattr(wanted, name) != getattr(present, name):
                raise InvalidInputError(f"A provider's {name} never changes; make another provider.", field=name)
        if origin_of(wanted.base_url or "") != origin_of(present.base_url or ""):
            # Keys never go to a host that they were not given for: each that stays is given anew.
            for label, key_id in key_labels(desk, object_id).items():
                if label in {part.label for part in wanted.keys or () if part.api_key is not None}:
                    keys.remove_key(desk.actor, desk.work, object_id, key_id)
        given: dict[str, object] = {"base_url": wanted.base_url, **{name: getattr(wanted, name) for name in _PLAIN}}
        if wanted.pass_through_applications != present.pass_through_applications:
            already = providers.get_provider(desk.actor, desk.work, object_id).pass_through_applications
            given["pass_through_applications"] = _ids(desk, wanted, already)
        if wanted.api_key is not None:
            given["api_key"] = wanted.api_key
        providers.update_provider(desk.actor, desk.work, object_id, ProviderChange.model_validate(given))
        self._settle_keys(desk, object_id, wanted)

    def remove(self, desk: Desk, object_id: str) -> None:
        """Delete it; models that it answers for have to be gone or changed before."""
        providers.delete_provider(desk.actor, desk.work, object_id)

    def listed(self, desk: Desk) -> Iterable[str]:
        """All."""
        return [view.id for view in every(lambda page: providers.list_providers(desk.actor, desk.work, page))]

    @staticmethod
    def _known(desk: Desk, application_ids: Iterable[str]) -> list[str]:
        rows = [desk.work.session.get(Application, one) for one in application_ids]
        return [row.id for row in rows if row is not None and desk.knows_application(row)]

    @staticmethod
    def _stored(desk: Desk, object_id: str | None) -> dict[str, str]:
        """The sealed keys by their labels."""
        row = desk.work.session.get_one(Provider, object_id)
        further = desk.work.session.scalars(select(ProviderKey).where(ProviderKey.provider_id == row.id)).all()
        own = {MAIN_KEY: row.sealed_api_key} if row.sealed_api_key is not None else {}
        return own | {key.label: key.sealed_key for key in further}

    @staticmethod
    def _settled_key(desk: Desk, part: KeyPart, stored: str | None) -> KeyPart:
        return KeyPart(label=part.label, api_key=desk.secret(part.api_key, stored, f"keys.{part.label}.api_key"))

    @staticmethod
    def _settle_keys(desk: Desk, object_id: str, wanted: ProviderDocument) -> None:
        there = key_labels(desk, object_id)
        for part in wanted.keys or ():
            key_id, value = there.pop(part.label, None), part.api_key
            if key_id is None and value is None:
                raise InvalidInputError("A new key needs its value.", field=f"keys.{part.label}.api_key")
            if key_id is None and value is not None:
                keys.add_key(desk.actor, desk.work, object_id, KeyIn(label=part.label, api_key=value))
            elif key_id is not None and value is not None:
                keys.change_key(desk.actor, desk.work, object_id, key_id, KeyChange(api_key=value))
        for label, key_id in there.items():
            if label != MAIN_KEY:
                keys.remove_key(desk.actor, desk.work, object_id, key_id)


def _ordered(refs: Iterable[ApplicationRef]) -> tuple[ApplicationRef, ...]:
    return tuple(sorted(set(refs), key=lambda ref: (ref.team, ref.application)))


def _ids(desk: Desk, wanted: ProviderDocument, already: Iterable[str]) -> list[str]:
    known = set(already)
    field = "pass_through_applications"
    return [desk.known_application_id(ref, known, field=field) for ref in wanted.pass_through_applications]
