"""The guard's schema, moved forward only: numbered files of ``schema/``, each applied once in its transaction.

Each is recorded with the SHA-256 of its text. A file changed after it was applied, a file that slipped in behind
the last one applied, and a database ahead of the program are all refused: none can be repaired by guessing.

A file whose table holds authenticated rows about what exists already has a step of the program: SQL has no keys.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

import asyncpg

from beffroi.guard.habilitations import applications
from beffroi.guard.keys import Keys
from beffroi.guard.personal import adopting
from beffroi.guard.providers import taking_over

JOURNAL_MONTHS_AHEAD: Final = 3

_HISTORY: Final = """
CREATE TABLE IF NOT EXISTS guard.migration (
    name        text PRIMARY KEY,
    sha256      text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
)"""


LoadKeys = Callable[[], Keys]
_STEPS: Final[Mapping[str, Callable[[asyncpg.Connection, LoadKeys], Awaitable[None]]]] = {
    "0018_applications.sql": applications.adopt,
    "0019_providers.sql": taking_over.take_over,
    "0053_authenticated_reports.sql": adopting.adopt_reports,
}
"""What the program does after a file, in that file's transaction: so once only, and all of it or nothing."""


class MigrationRefused(RuntimeError):
    """The schema's history and the program disagree; the message says on which file."""


def _no_keys() -> Keys:
    raise MigrationRefused("This database holds rows to authenticate: bring it forward with the guard's keys.")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the schema."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 of its UTF-8 text, hex."""
        return sha256(self.text.encode()).hexdigest()


def shipped() -> tuple[Migration, ...]:
    """Every migration of this program, in order of number. Raises MigrationRefused when two share a number."""
    folder = files("beffroi.guard") / "schema"
    found = sorted(
        (Migration(file.name, file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".sql")),
        key=lambda migration: migration.name,
    )
    numbers = [migration.name[:4] for migration in found]
    if not all(number.isdigit() for number in numbers) or len(set(numbers)) != len(numbers):
        raise MigrationRefused("Files of guard/schema need distinct numbers of four digits.")
    return tuple(found)


def pending(applied: dict[str, str], known: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """Migrations still to apply, given the names and digests already applied.

    Raises MigrationRefused when history was edited, or the database is ahead of the program.
    """
    by_name = {migration.name: migration for migration in known}
    for name, digest in applied.items():
        migration = by_name.get(name)
        if migration is None:
            raise MigrationRefused(f"The database has {name}, unknown to this program: install the newer version.")
        if migration.sha256 != digest:
            raise MigrationRefused(f"{name} was changed after it was applied: write a new migration instead.")
    last = max(applied, default="")
    waiting = tuple(migration for migration in known if migration.name not in applied)
    for migration in waiting:
        if migration.name < last:
            raise MigrationRefused(f"{migration.name} comes before {last}, which is already applied: renumber it.")
    return waiting


async def migrate(
    dsn_owner: str, *, known: tuple[Migration, ...] | None = None, load_keys: LoadKeys = _no_keys
) -> list[str]:
    """Apply what is pending as the owner of schema ``guard``; names applied. Safe to run at every start.

    Concurrent runs wait for each other. ``load_keys`` is called where rows that exist must be authenticated. Raises
    MigrationRefused, KeysRefused, or asyncpg.PostgresError, with nothing of the failing file applied.
    """
    files = shipped() if known is None else known
    conn = await asyncpg.connect(dsn_owner)
    try:
        with suppress(asyncpg.UniqueViolationError, asyncpg.DuplicateTableError):  # a concurrent run made it
            await conn.execute(_HISTORY)
        done = []
        while (name := await _apply_next(conn, files, load_keys)) is not None:
            done.append(name)
        await conn.execute(f"SELECT guard.ensure_journal_partitions({JOURNAL_MONTHS_AHEAD})")
        return done
    finally:
        await conn.close()


async def _apply_next(conn: asyncpg.Connection, known: tuple[Migration, ...], load_keys: LoadKeys) -> str | None:
    async with conn.transaction():
        # The history's own lock: an advisory one could be held by any role.
        await conn.execute("LOCK TABLE guard.migration IN SHARE ROW EXCLUSIVE MODE")
        migration = next(iter(pending(await _applied(conn), known)), None)
        if migration is None:
            return None
        await conn.execute("SET LOCAL search_path = guard, pg_temp")
        await conn.execute(migration.text)
        step = _STEPS.get(migration.name)
        if step is not None:
            await step(conn, load_keys)
        await conn.execute(
            "INSERT INTO guard.migration (name, sha256) VALUES ($1, $2)", migration.name, migration.sha256
        )
        return migration.name


async def waiting(conn: asyncpg.Connection) -> list[str]:
    """Names of migrations this program needs and the database lacks. Raises MigrationRefused.

    A guard that finds some refuses to start: rolling upgrades apply the schema first.
    """
    if await conn.fetchval("SELECT to_regclass('guard.migration')") is None:
        return [migration.name for migration in shipped()]
    return [migration.name for migration in pending(await _applied(conn), shipped())]


async def ensure_journal_partitions(conn: asyncpg.Connection, months: int = JOURNAL_MONTHS_AHEAD) -> None:
    """Create the journal's partitions of this month and the next ``months``; the guard calls it daily."""
    await conn.execute("SELECT guard.ensure_journal_partitions($1)", months)


async def _applied(conn: asyncpg.Connection) -> dict[str, str]:
    return {row["name"]: row["sha256"] for row in await conn.fetch("SELECT name, sha256 FROM guard.migration")}
