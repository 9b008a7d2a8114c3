"""Services of an older database become versions with a revision, and answer as before."""

from alembic import command
from sqlalchemy import text

from passgate.contracts.service_policy import AccessPolicy, TimeoutPolicy
from passgate.contracts.upstream_pool import PoolEndpoint, PoolTls
from passgate.publishing.published_state import active_subscriptions, published_services
from passgate.storage.engine import WRITE_OPTION
from passgate.storage.migration import alembic_config, migrate
from passgate.storage.work import Storage

_SERVICE = text(
    "INSERT INTO services (id, team_id, name, description, base_path, strip_base_path, access, upstream_url,"
    " host_header, timeout_ms, connect_timeout_ms, status, created_at, created_by, published_at)"
    " VALUES (:id, 'team_red', :id, '', :path, :strip, :access, :url, 'h.example', 7, 60, :status,"
    " '2026-01-01', 'user_1', '2026-01-02')"
)
_SUBSCRIPTION = text(
    "INSERT INTO subscriptions (id, service_id, application_id, status, created_at, created_by)"
    " VALUES ('sub_1', 'svc_a', 'app_blue', 'active', '2026-01-01', 'user_1')"
)
_KEPT = text("SELECT upstream_url, access, timeout_ms, connect_timeout_ms, host_header FROM services ORDER BY id")


def test_there_and_back(storage: Storage) -> None:
    writing = {WRITE_OPTION: True}
    with storage.engine.connect().execution_options(**writing) as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0015_ledger")
        for letter, status in (("a", "published"), ("b", "draft"), ("c", "retired")):
            fields = {"id": f"svc_{letter}", "path": f"/{letter}", "status": status, "access": "token"}
            connection.execute(_SERVICE, {**fields, "strip": letter == "a", "url": "https://u.example:444/v2"})
        connection.execute(_SUBSCRIPTION)
    migrate(storage.engine)

    with storage.reading() as work:
        services = published_services(work)
        assert [one.service_id for one in active_subscriptions(work)] == ["svc_a"]
    assert (services[0].base_path, services[0].strip_base_path) == ("/a", True)
    assert services[0].policies == (AccessPolicy(who="token"),)
    (revision,) = services[0].versions[0].revisions
    (pool,) = revision.pools
    assert pool.endpoints == (PoolEndpoint(host="u.example", port=444),)
    assert (pool.tls, pool.path_prefix, pool.host_header) == (PoolTls(), "/v2", "h.example")
    assert (revision.policies, pool.connect_timeout_ms) == ((TimeoutPolicy(total_ms=7),), 60)
    assert [(one.id, one.versions[0].status, one.default_version) for one in services] == [
        ("svc_a", "published", "v1"),
        ("svc_c", "retired", "v1"),
    ]
    assert services[1].versions[0].revisions == ()

    with storage.engine.connect().execution_options(**writing) as connection, connection.begin():
        command.downgrade(alembic_config(connection), "0015_ledger")
        rows = connection.execute(_KEPT).all()
        assert connection.execute(text("SELECT id FROM subscriptions")).scalars().all() == ["sub_1"]
    assert set(rows) == {("https://u.example:444/v2", "token", 7, 60, "h.example")}
    migrate(storage.engine)
