from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect

from databases import PostgresDatabases
from passgate.storage.base import Base
from passgate.storage.migration import migrate

DOMAINS = (
    "metering.bodies",
    "identity",
    "catalog",
    "publishing",
    "publishing.certificates",
    "publishing.limits",
    "publishing.mcp",
    "publishing.prompts",
    "publishing.openapi",
    "publishing.plans",
    "publishing.notices",
    "declaring",
    "metering",
    "metering.ledger",
    "metering.alerts",
    "gateway",
)


def test_the_migrations_make_exactly_the_tables_that_the_code_has(engine: Engine) -> None:
    for domain in DOMAINS:
        import_module(f"passgate.{domain}.models")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    before = inspect(engine).get_table_names()
    migrate(engine)
    assert inspect(engine).get_table_names() == before


def test_processes_that_start_together_migrate_once(postgres_databases: PostgresDatabases) -> None:
    postgres_databases.administer("CREATE DATABASE empty_for_migration")
    engines = [create_engine(postgres_databases.url("empty_for_migration")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    assert "tokens" in inspect(engines[0]).get_table_names()
    for engine in engines:
        engine.dispose()
