"""Sealing as a task of the worker: a sealer that is opened when it is needed, and opened anew after any failure."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg

from beffroi.guard import keys as guard_keys
from beffroi.guard.sealing.published import Published, Told, witnessed
from beffroi.guard.sealing.sealer import MOST, Sealer, TooFewWitnesses
from beffroi.guard.sealing.store import Folder
from beffroi.guard.sealing.witnesses import Place, Standing, Witnesses
from beffroi.guard.settings import Log
from beffroi.standards.tlog import note

if TYPE_CHECKING:
    from beffroi.guard.background import Background

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
EVERY: Final = 0.4
"""Seconds between two looks for rows to seal."""
PATIENCE: Final = 2.0
"""Seconds that sealing waits at most after a failure: meanwhile guards release nothing."""
_FULL_STEPS: Final = 50
"""Full steps before the worker is asked again whether it must stop."""


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """The log that the worker keeps: its name, the file of its signing key, its folder, who witnesses it.

    ``quorum`` is how many witnesses must cosign before a checkpoint is published. ``mirrors`` hold copies of the log.
    """

    origin: str
    key_file: Path
    store: Path
    witnesses: tuple[Place, ...] = field(default=())
    quorum: int = 0
    mirrors: tuple[str, ...] = ()


def log_of(settings: JournalSettings, key: note.VerifierKey) -> Log:
    """Where this log is published, and by which key."""
    witnesses = tuple(witnessed(one.url, settings.origin) for one in settings.witnesses)
    return Log(key, settings.store, settings.mirrors, witnesses)


async def heard_elsewhere(settings: JournalSettings, signer: note.Signer) -> tuple[Told, ...]:
    """What mirrors and witnesses know of the log; those that do not answer are named in the log of this process."""
    published = Published(log_of(settings, signer.key))
    try:
        return (await published.hear()).elsewhere
    finally:
        published.close()


def signer_of(settings: JournalSettings) -> note.Signer:
    """The log's signing key. Raises KeysRefused."""
    return note.Signer(settings.origin, guard_keys.load_journal_key(settings.key_file))


class Sealing:
    """The task. One of a process: it holds the store's folder."""

    def __init__(self, settings: JournalSettings) -> None:
        self._settings = settings
        self._store = Folder(settings.store)
        self._sealer: Sealer | None = None
        self._witnesses: Witnesses | None = None
        self._told: list[Standing] = []

    async def run(self, background: "Background") -> Counter[str]:
        """Seal and publish all that waits. Nothing is counted: a line of the log a second helps nobody.

        Raises what opening and stepping raise; the next run opens anew.
        """
        async with background.sealing.acquire() as conn:
            try:
                if self._sealer is None:
                    self._sealer = await self._open(conn, background.keys)
                for _ in range(_FULL_STEPS):
                    if await self._sealer.step(conn) < MOST or background.stopping.is_set():
                        break  # what came meanwhile waits for the next run: many small steps cost more than one
            except TooFewWitnesses:
                raise
            except BaseException:
                self._sealer = None
                raise
            finally:
                await self._tell(conn)
        return Counter()

    async def close(self) -> None:
        """Let go of the store and of the witnesses."""
        self._sealer = None
        self._store.close()
        if self._witnesses is not None:
            await self._witnesses.close()
            self._witnesses = None

    async def _open(self, conn: asyncpg.Connection, keys: guard_keys.Keys) -> Sealer:
        signer = await asyncio.to_thread(signer_of, self._settings)
        self._store.close()
        await asyncio.to_thread(self._store.open)
        if self._witnesses is None:
            self._witnesses = Witnesses(self._settings.witnesses)
            names = [one.key.name for one in self._settings.witnesses]
            await conn.execute("DELETE FROM guard.witness WHERE name <> ALL ($1::text[])", names)
        sealer = Sealer(keys, signer, self._store, cosign=self._witnesses.cosign, quorum=self._settings.quorum)
        await sealer.open(conn, await heard_elsewhere(self._settings, signer))
        _LOG.info("sealing %s from entry %d on", self._settings.origin, sealer.state.last_entry + 1)
        return sealer

    async def _tell(self, conn: asyncpg.Connection) -> None:
        """Write how witnesses fare, when it changed, for guards to show."""
        standings: Sequence[Standing] = [] if self._witnesses is None else self._witnesses.standings
        if standings and standings != self._told and not conn.is_closed():
            await conn.executemany(
                "INSERT INTO guard.witness (name, size, failures, cosigned_at)"
                " VALUES ($1, $2, $3, CASE WHEN $3 = 0 THEN guard.present() END)"
                " ON CONFLICT (name) DO UPDATE SET size = excluded.size, failures = excluded.failures,"
                " cosigned_at = coalesce(excluded.cosigned_at, guard.witness.cosigned_at)",
                [(one.name, one.size, one.failures) for one in standings],
            )
            self._told = list(standings)
