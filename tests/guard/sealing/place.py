"""A journal and the log it is sealed in: real database, real folder, entries of every shape."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from beffroi.guard import key_check, keys, stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.sealing.reading import Reader
from beffroi.guard.sealing.sealer import Cosign, Sealer, fetch_all, nobody
from beffroi.guard.sealing.store import Folder
from beffroi.guard.sealing.verifying import Report, Trust, verify
from beffroi.standards.tlog import note
from tests.databases import FreshDatabase

ORIGIN = "guard.example/journal"


class Place:
    """What a worker seals with, and a chance that is always the same."""

    def __init__(self, folder: Path, database: FreshDatabase, held: keys.Keys | None = None) -> None:
        self.folder, self.database = folder, database
        key_file = folder / "guard.key"
        self.keys = held or (keys.load(key_file) if key_file.exists() else keys.generate(key_file))
        seed = folder / "journal.key"
        self.signer = note.Signer(
            ORIGIN, keys.load_journal_key(seed) if seed.exists() else keys.generate_journal_key(seed)
        )
        self.store = Folder(folder / "log")
        self.chance = random.Random(1)
        self.conn: asyncpg.Connection = None

    async def open(self) -> "Place":
        self.conn = await asyncpg.connect(self.database.guard)
        await key_check.establish(self.conn, self.keys)
        return self

    async def close(self) -> None:
        self.store.close()
        await self.conn.close()

    def id(self) -> str | None:
        return None if self.chance.random() < 0.2 else str(UUID(int=self.chance.getrandbits(128)))

    def text(self, *words: str) -> str | None:
        return None if self.chance.random() < 0.2 else self.chance.choice(words)

    async def write(self, count: int, *, person: str | None = None, days: int = 0) -> list[int]:
        """Append entries in one transaction, as every command does; ``days`` puts them that much later."""
        async with self.conn.transaction():
            await turnstile.take(self.conn)
            now = await stamped.instant(self.conn) + timedelta(days=days)
            return await append(
                self.conn,
                [
                    Entry(
                        now, self.chance.choice(["released", "found", "refused"]), person or self.id(),
                        self.chance.randrange(256), self.id(), self.id(), self.id(),
                        self.text("cases", "trainings"), self.text("adviser", "reception"), self.text("follow-up"),
                        self.text("followed", "break-glass", "épuisé"), self.text("0" * 64),
                        self.text('{"times":10}', "{}"),
                    )
                    for _ in range(count)
                ],
            )  # fmt: skip

    async def roll_back(self) -> None:
        """Numbers that no entry will have."""
        transaction = self.conn.transaction()
        await transaction.start()
        now = await stamped.instant(self.conn)
        await append(self.conn, [Entry(now, "lost")] * 3)
        await transaction.rollback()

    async def sealer(
        self, *, reached: Callable[[str], None] = lambda point: None, cosign: Cosign = nobody, quorum: int = 0
    ) -> Sealer:
        self.store.close()
        self.store.open()
        made = Sealer(self.keys, self.signer, self.store, reached=reached, cosign=cosign, quorum=quorum)
        await made.open(self.conn)
        return made

    async def seal(self) -> Sealer:
        """Everything that waits, with a sealer of its own."""
        sealer = await self.sealer()
        await fetch_all(self.conn, sealer)
        return sealer

    async def own(self, statement: str) -> None:
        """One statement of the database's owner."""
        owner = await asyncpg.connect(self.database.owner)
        await owner.execute(statement)
        await owner.close()

    async def state(self) -> asyncpg.Record:
        """The row that says how far the journal is sealed."""
        row = await self.conn.fetchrow("SELECT * FROM guard.sealed")
        assert row is not None
        return row

    async def put_back(self, row: asyncpg.Record) -> None:
        """The state as it once was, genuine."""
        await self.conn.execute(
            "UPDATE guard.sealed SET size = $1, root = $2, last_entry = $3, published_size = $4,"
            " published_entry = $5, sealed_at = $6, version = $7, mac = $8",
            row["size"], row["root"], row["last_entry"], row["published_size"], row["published_entry"],
            row["sealed_at"], row["version"], row["mac"],
        )  # fmt: skip

    async def take_back(self, row: asyncpg.Record, entry: int) -> None:
        """The whole database as it was at an entry: what an older copy of it, or a restore, comes to."""
        owner = await asyncpg.connect(self.database.owner)
        parts = await owner.fetch(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'guard.journal'::regclass"
        )
        tables = ["guard.journal", *(part["name"] for part in parts)]
        for table in tables:
            await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await owner.execute("DELETE FROM guard.journal WHERE entry > $1", entry)
        await owner.execute("SELECT setval(pg_get_serial_sequence('guard.journal', 'entry'), $1)", entry)
        for table in tables:
            await owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        await owner.close()
        await self.put_back(row)

    @property
    def trust(self) -> Trust:
        return Trust([self.signer.key])

    def verify(self, *older: bytes, reader: Reader | None = None, trust: Trust | None = None) -> Report:
        named: Sequence[tuple[str, bytes]] = [(f"older {number}", raw) for number, raw in enumerate(older)]
        return verify(reader or self.store, trust or self.trust, named)

    def checkpoint(self) -> bytes:
        found = self.store.checkpoint()
        assert found is not None
        return found
