"""What a drill is given to break: throw-away databases with the guard's schema, marked by their administrator."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import asyncpg

from beffroi.guard.decisions.connections import is_scratch


class DrillRefused(RuntimeError):
    """The drill cannot be played there; the message says why."""


@dataclass(frozen=True, slots=True)
class ScratchDatabase:
    """One database: URIs of its administrator and of the three roles, password included."""

    name: str
    admin: str = field(repr=False)
    owner: str = field(repr=False)
    guard: str = field(repr=False)
    console: str = field(repr=False)


class Scratch(Protocol):
    """A server of throw-away databases. The composition root makes it: rooms know no server."""

    @property
    def folder(self) -> Path:
        """Where the drill keeps its files; removed with the server."""
        ...

    @property
    def cluster(self) -> Path:
        """The server's data directory (PGDATA)."""
        ...

    @property
    def programs(self) -> Path:
        """Folder of PostgreSQL's programs: pg_dump is there."""
        ...

    def empty(self) -> AbstractContextManager[ScratchDatabase]:
        """A database with the guard's schema and nothing loaded."""
        ...

    def console(self, database: ScratchDatabase, guard_port: int, key_file: Path) -> AbstractContextManager[str]:
        """The console's process in front of a guard; its address. ``key_file`` is the application's private key."""
        ...

    def copy(self, of: ScratchDatabase) -> AbstractContextManager[ScratchDatabase]:
        """A copy of a database to which nobody is connected."""
        ...


async def refuse_real(dsn: str) -> None:
    """Raise DrillRefused where the mark of a throw-away is missing: no attack is played on real files."""
    conn = await asyncpg.connect(dsn)
    try:
        if not await is_scratch(conn):
            raise DrillRefused("This database is not marked as a throw-away: drills run on scratch databases only.")
    finally:
        await conn.close()
