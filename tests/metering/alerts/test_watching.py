"""What is alerted of, and that it is told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from factories import make_application, make_token
from metering.conftest import Node
from metering.spool_lines import usage_line
from passgate.identity.token_tables import Token
from passgate.kernel.actor import SYSTEM
from passgate.metering.alerts.models import Alert, WebhookDelivery
from passgate.metering.alerts.schemas import WebhookIn
from passgate.metering.alerts.watching import Peak, Rejection, Watch, look_around
from passgate.metering.alerts.webhooks import create_webhook
from passgate.metering.models import UsageHour
from passgate.publishing.limits.schemas import LimitIn
from passgate.publishing.limits.service import create_limit
from passgate.storage.work import Storage

QUIET = Watch(token_notice=timedelta(), error_percent=0)


def budget(storage: Storage, amount: int, *percents: int) -> str:
    given = {"name": "Red", "scope": "team", "target": "team_red", "measure": "money", "window": "month"}
    with storage.writing() as work:
        limit = LimitIn.model_validate({**given, "amount": amount, "alert_percents": percents})
        return create_limit(SYSTEM, work, limit).id


def alerts(storage: Storage) -> list[tuple[str, str, str | None]]:
    with storage.reading() as work:
        rows = work.session.scalars(select(Alert).order_by(Alert.id))
        return [(row.kind, row.title, row.team_id) for row in rows]


def test_a_budget_s_thresholds_are_told_once_each_whoever_looks(node: Node) -> None:
    storage = node.storage
    budget(storage, 100, 50, 80, 100)
    with storage.writing() as work:
        for team, kinds in ((None, ()), ("team_red", ("budget",)), ("team_blue", ()), (None, ("error_rate",))):
            given = WebhookIn(name="w", url="https://hooks.example.com", team_id=team, kinds=kinds)
            create_webhook(SYSTEM, work, given)
    node.write("usage-0.jsonl", usage_line(1, cost_micro_dollars=65))
    node.drain()
    with ThreadPoolExecutor(4) as pool:
        told = sum(pool.map(lambda _: look_around(storage, QUIET, []), range(8)))
    assert told == 1
    assert alerts(storage) == [("budget", "Budget Red: 50 % spent", "team_red")]
    node.write("usage-0.jsonl", usage_line(2, cost_micro_dollars=45))
    node.drain()
    assert [look_around(storage, QUIET, []), look_around(storage, QUIET, [])] == [1, 0]
    assert alerts(storage)[1:] == [("budget", "Budget Red: 100 % spent", "team_red")]
    with storage.reading() as work:
        assert len(work.session.scalars(select(WebhookDelivery)).all()) == 4  # two webhooks, two alerts


def test_limits_on_calls_are_told_once_an_hour_and_share(node: Node) -> None:
    storage = node.storage
    given = {"name": "Red calls", "scope": "team", "target": "team_red", "measure": "requests", "window": "minute"}
    with storage.writing() as work:
        limit = create_limit(SYSTEM, work, LimitIn.model_validate(given | {"amount": 50})).id
    hour = 1_790_812_800
    peaks = [Peak(limit, hour, 80), Peak("lim_gone", hour, 80), Peak(limit, hour, 90)]  # 90 is no share of it any more
    assert [look_around(storage, QUIET, [], peaks), look_around(storage, QUIET, [], peaks)] == [1, 0]
    assert look_around(storage, QUIET, [], [Peak(limit, hour, 100), Peak(limit, hour + 3600, 80)]) == 2
    titles = [title for _, title, _ in alerts(storage)]
    assert titles == [f"Limit Red calls: {percent} % reached" for percent in (80, 100, 80)]
    assert alerts(storage)[0][::2] == ("limit", "team_red")


def test_only_long_lived_tokens_expire_with_notice(storage: Storage) -> None:
    with storage.writing() as work:
        application = make_application(work)
        make_token(work, application, "an hour", 3600)
        make_token(work, application, "a month", 30 * 86_400)
    assert look_around(storage, Watch(token_notice=timedelta(days=7), error_percent=0), []) == 0  # not so soon
    assert look_around(storage, Watch(token_notice=timedelta(days=31), error_percent=0), []) == 0  # not so long
    with storage.writing() as work:
        for token in work.session.scalars(select(Token)):
            token.expires_at -= timedelta(days=25)
    assert look_around(storage, Watch(error_percent=0), []) == 0  # 5 days in all
    with storage.writing() as work:
        for token in work.session.scalars(select(Token)):
            token.issued_at -= timedelta(days=25)
    assert look_around(storage, Watch(error_percent=0), []) == 1
    assert [(kind, title) for kind, title, _ in alerts(storage)] == [("token_expiry", "Token a month expires soon")]


def test_failing_providers_and_rejected_snapshots(storage: Storage) -> None:
    with storage.writing() as work:
        hour = work.clock.now().replace(minute=0, second=0, microsecond=0)
        for provider, calls, errors in (("prv_good", 100, 20), ("prv_bad", 100, 30), ("prv_rare", 10, 10)):
            keys = {"hour": hour, "team_id": "t", "application_id": "a", "model": "m", "provider_id": provider}
            figures = dict.fromkeys(("latency_ms", "tokens_in", "tokens_out", "cost"), 0)
            work.session.add(UsageHour(**keys, **figures, calls=calls, errors=errors))
    watch = Watch(token_notice=timedelta(), error_percent=25, error_calls=50)
    rejections = [Rejection("node-2", 7, "duplicate domain")]
    assert look_around(storage, watch, rejections) == 2
    assert look_around(storage, watch, rejections) == 0
    assert alerts(storage) == [
        ("error_rate", "Calls to prv_bad fail", None),
        ("snapshot_rejected", "node-2 rejected snapshot 7", None),
    ]
