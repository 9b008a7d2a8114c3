"""Correcting prices: calls of a time are charged anew, entry beside entry, and every sum with them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement

from passgate.catalog.errors import UnknownVendorError
from passgate.catalog.models import Deployment, Provider
from passgate.catalog.prices import catalogue_price
from passgate.catalog.service.models import price_of
from passgate.catalog.vendors import find_vendor
from passgate.contracts.charges import charges, cost_of
from passgate.contracts.inference_config import PriceTable
from passgate.kernel.actor import Actor
from passgate.kernel.errors import InvalidInputError
from passgate.kernel.pagination import Page, PageRequest
from passgate.kernel.permissions import Permission
from passgate.metering.ledger import repository
from passgate.metering.ledger.entries import counted
from passgate.metering.ledger.models import Repricing
from passgate.metering.ledger.schemas import RepricingIn, RepricingPreview, RepricingView
from passgate.metering.models import Usage
from passgate.metering.repository.statements import Row
from passgate.metering.repository.token_uses import TokenSums, add_sums
from passgate.storage.work import Work

MOST_CALLS = 100_000
"""Of one correction, which is one transaction; others wait for it meanwhile."""


def list_repricings(actor: Actor, work: Work, page: PageRequest) -> Page[RepricingView]:
    """Corrections that were made, newest first.

    Raises:
        ForbiddenError: without the permission ledger:read over everything.
    """
    actor.require(Permission.LEDGER_READ)
    found = repository.repricings_page(work.session, page)
    return Page([_view(row) for row in found.items], found.next_cursor)


def preview_repricing(actor: Actor, work: Work, given: RepricingIn) -> RepricingPreview:
    """What a correction would change.

    Raises:
        ForbiddenError: without the permission ledger:write over everything.
        InvalidInputError: a time that ends before it begins, no model, or more than 100,000 calls.
    """
    actor.require(Permission.LEDGER_WRITE)
    found = _changes(work, given)
    return RepricingPreview(
        calls=len(found.rows), cost_before_micro_dollars=found.before, cost_after_micro_dollars=found.after
    )


def reprice(actor: Actor, work: Work, given: RepricingIn) -> RepricingView:
    """Charge calls anew. Their old entries stay; sums of hours, and of what users and tokens spent, change with them.

    Budgets go by the new sums where a count begins: at once in the console, and in the workers with the next window.

    Raises:
        ForbiddenError: as :func:`preview_repricing`.
        InvalidInputError: as :func:`preview_repricing`.
    """
    actor.require(Permission.LEDGER_WRITE)
    repository.one_at_a_time(work.session)
    found = _changes(work, given)
    row = Repricing(
        id=work.ids.new("rpr"),
        created_at=work.clock.now(),
        created_by=actor.id,
        **given.model_dump(exclude={"price"}),
        price=_table(given, work.clock.now()).as_text() if given.price is not None else None,
        calls=len(found.rows),
        cost_before=found.before,
        cost_after=found.after,
    )
    work.session.add(row)
    work.session.flush()
    if found.rows:
        repository.add_corrections(work.session, [{**one, "repricing_id": row.id} for one in found.rows])
        repository.add_to_sums(work.session, found.hours, found.days)
        repository.add_to_services(work.session, found.services)
        add_sums(work.session.connection(), found.tokens)
    return _view(row)


@dataclass(slots=True)
class _Changes:
    rows: list[Row] = field(default_factory=list)
    before: int = 0
    after: int = 0
    hours: dict[tuple[object, ...], int] = field(default_factory=lambda: defaultdict(int))
    days: dict[tuple[object, ...], int] = field(default_factory=lambda: defaultdict(int))
    services: dict[tuple[object, ...], int] = field(default_factory=lambda: defaultdict(int))
    tokens: TokenSums = field(default_factory=TokenSums)

    def add(self, usage: Usage, old: int, new: int, price: PriceTable) -> None:
        self.before += old
        self.after += new
        self.rows.append(
            {
                "request_id": usage.request_id,
                "started_at": usage.started_at,
                "cost": new,
                "price_version": price.version,
                "unit_prices": price.as_text(),
            }
        )
        hour = usage.started_at.replace(minute=0, second=0, microsecond=0)
        key = (hour, usage.team_id, usage.application_id, usage.model, usage.provider_id or "")
        self.hours[key] += new - old
        for scope, target in (("user", usage.subject), ("token", usage.jti)):
            self.days[scope, target, hour.replace(hour=0)] += new - old
        if usage.service_id is not None:
            of_service = (hour.replace(hour=0), usage.team_id, usage.application_id, usage.service_id)
            self.services[of_service] += new - old
        self.tokens.add_cost(usage.jti, usage.subject, new - old)


def _check(given: RepricingIn) -> None:
    if given.until <= given.since:
        raise InvalidInputError("until: it lies after since.", field="until")
    if given.model is None and given.vendor_model is None and (given.price is not None or given.provider_id is None):
        raise InvalidInputError("model: name a model, or a provider where no price is given.", field="model")


def _changes(work: Work, given: RepricingIn) -> _Changes:
    _check(given)
    conditions = _conditions(given)
    usages = repository.usages_to_reprice(work.session, conditions, MOST_CALLS + 1)
    if len(usages) > MOST_CALLS:
        raise InvalidInputError(
            f"until: these are more than {MOST_CALLS:,} calls; correct a shorter time, one after the other.",
            field="until",
        )
    corrected = repository.corrected_costs(work.session, conditions)
    given_price = _table(given, work.clock.now()) if given.price is not None else None
    present = _PresentPrices(work)
    found = _Changes()
    for usage in usages:
        price = given_price or present.of(usage)
        if price is None:
            continue
        old = corrected.get(usage.request_id, usage.cost)
        new = cost_of(charges(counted(usage), price))
        if new != old:
            found.add(usage, old, new, price)
    return found


def _conditions(given: RepricingIn) -> list[ColumnElement[bool]]:
    conditions = [Usage.started_at >= given.since, Usage.started_at < given.until]
    if given.model is not None:
        conditions.append(Usage.model == given.model)
    if given.provider_id is not None:
        conditions.append(Usage.provider_id == given.provider_id)
    if given.vendor_model is not None:
        conditions.append(Usage.vendor_model == given.vendor_model)
    return conditions


def _table(given: RepricingIn, moment: datetime) -> PriceTable:
    figures = given.price.model_dump(exclude_none=True) if given.price is not None else {}
    return PriceTable(version=f"correction {moment:%Y-%m-%d}", **figures)


@dataclass(slots=True)
class _PresentPrices:
    """The prices that hold now, by deployment; where that is gone, the catalogue's of the vendor's model."""

    work: Work
    known: dict[tuple[str | None, ...], PriceTable | None] = field(default_factory=dict)

    def of(self, usage: Usage) -> PriceTable | None:
        key = (usage.deployment_id, usage.vendor, usage.vendor_model)
        if key not in self.known:
            self.known[key] = self._find(usage)
        return self.known[key]

    def _find(self, usage: Usage) -> PriceTable | None:
        session = self.work.session
        deployment = session.get(Deployment, usage.deployment_id) if usage.deployment_id else None
        try:
            if deployment is not None:
                return price_of(self.work, deployment, session.get_one(Provider, deployment.provider_id).vendor)
            if usage.vendor is None or usage.vendor_model is None:
                return None
            return catalogue_price(find_vendor(usage.vendor), usage.vendor_model, self.work.clock.now())
        except UnknownVendorError:
            return None


def _view(row: Repricing) -> RepricingView:
    return RepricingView(
        id=row.id,
        created_at=row.created_at,
        created_by=row.created_by,
        since=row.since,
        until=row.until,
        model=row.model,
        provider_id=row.provider_id,
        vendor_model=row.vendor_model,
        price=row.price,
        reason=row.reason,
        calls=row.calls,
        cost_before_micro_dollars=row.cost_before,
        cost_after_micro_dollars=row.cost_after,
    )
