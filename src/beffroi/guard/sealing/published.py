"""What was published of the journal, and whether a database is the one it was published of (I-16).

A copy of the database that is whole and consistent in itself says nothing of its age; the log does, which others have
seen. Its own store is asked, and whoever else may know of more: mirrors, witnesses. A checkpoint counts by the
signature of the journal's key alone, wherever it comes from: nobody else can raise the position, nothing lowers it.

A database is *as published* when the tree it knows continues every checkpoint found. A loss that people accepted is
in that tree: the log went on behind what it held (:mod:`beffroi.guard.sealing.mending`).
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import asyncpg
import httpx

from beffroi.core import folding
from beffroi.core.folding import Position
from beffroi.core.journal_encoding import number_of
from beffroi.guard import stamped
from beffroi.guard.keys import Keys
from beffroi.guard.sealing import day_keys, reading, state
from beffroi.guard.sealing.leaves import ROWS, days_of, leaves
from beffroi.guard.sealing.reading import Reader, Web
from beffroi.guard.sealing.state import State
from beffroi.guard.sealing.store import Folder, StoreRefused
from beffroi.guard.settings import Log
from beffroi.standards.tlog import Malformed, checkpoint, merkle, note
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.tiles import Growing, Tree

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
SECONDS: Final = 3.0
"""How long a mirror or a witness may take."""
AT_ONCE: Final = 1 << 14
"""Rows that are made into leaves at once."""
MOST_BEHIND: Final = 1 << 20
"""Rows that a guard makes into leaves to see whether they are those that were published: half a minute of work."""
_SAID_EVERY: Final = 60
"""Failures in a row of one place between two lines of the log about it."""


class NotGenuine(ValueError):
    """A checkpoint is damaged, of another log, or not signed by the journal's key; the message says which."""


class NotThere(RuntimeError):
    """Entries that were published are not in this database; how many."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} entries that were published are not in this database")
        self.missing = missing


class Told(NamedTuple):
    """A genuine checkpoint, and the place that gave it."""

    place: str
    checkpoint: Checkpoint


class Heard(NamedTuple):
    """What the places said. ``own`` is the store's; ``trouble`` why it could not be had where something is wrong.

    ``silent`` are other places that gave nothing, though they should.
    """

    own: Checkpoint | None
    trouble: str | None
    elsewhere: tuple[Told, ...]
    silent: tuple[str, ...]


class Unlike(NamedTuple):
    """How a database departs from what was published: ``missing`` entries of it, or 0 where it has others instead."""

    place: str
    told: Checkpoint
    missing: int

    def __str__(self) -> str:
        if self.missing:
            return (
                f"The log at {self.place} has {self.told.size} entries, of which this database lacks {self.missing}:"
                " it is an older copy, or was put back. Nothing is served. Put the right database back, or restore"
                " what is missing (`beffroi restore`); a loss that cannot be undone is accepted with"
                " `beffroi restore FOLDER`, then `beffroi restore --accept`."
            )
        return (
            f"The {self.told.size} entries of the log at {self.place} are not those of this database: it is another,"
            " or was changed. Nothing is served. Put the right database back."
        )


def behind_another(place: str, entries: int) -> str:
    """Why nothing is signed in a store that another place is ahead of."""
    return (
        f"The log at {place} has {entries} entries more than the store and the database: signing now would make a"
        " second history. Bring the store up to date from a copy of the log first, tiles before `checkpoint`."
    )


def genuine(raw: bytes, key: note.VerifierKey) -> Checkpoint:
    """The checkpoint of a note that this key signed. Raises NotGenuine."""
    try:
        signed = note.parse(raw)
        found = checkpoint.parse(signed.text)
    except Malformed as error:
        raise NotGenuine(f"is damaged ({error})") from None
    if note.verified(signed, [note.Ed25519Verifier(key)]) is None or found.origin != key.name:
        raise NotGenuine("is not signed by this journal's key")
    return found


def witnessed(url: str, origin: str) -> str:
    """The address below which a witness of ours gives the last checkpoint of a log that it cosigned."""
    return f"{url.rstrip('/')}/{sha256(origin.encode()).hexdigest()}"


async def grown(conn: asyncpg.Connection, keys: Keys, tree: Growing, last: int, size: int) -> int:
    """Let a tree grow by the journal's rows behind the entry ``last`` until it has ``size``; its new last entry.

    Raises NotThere, WrappedKeyRefused.
    """
    while tree.size < size:
        rows = [row[0] for row in await conn.fetch(ROWS, last, min(AT_ONCE, size - tree.size))]
        if not rows:
            raise NotThere(size - tree.size)
        held = await day_keys.held(conn, keys, days_of(rows))
        try:
            await asyncio.to_thread(_extend, tree, rows, held)
        except day_keys.DayForgotten:
            raise NotThere(size - tree.size) from None  # what was sealed had its day's key in the database
        last = number_of(rows[-1])
    return last


def _extend(tree: Growing, rows: Sequence[bytes], held: dict[int, bytes]) -> None:
    tree.extend(*leaves(rows, held))


@dataclass(slots=True)
class Published:
    """The places where a log is published. What a place once said stays known while this process lives."""

    log: Log
    _own: Folder = field(init=False)
    _elsewhere: dict[str, Reader] = field(init=False)
    _known: dict[str, Checkpoint] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _asking: ThreadPoolExecutor | None = None

    def __post_init__(self) -> None:
        self._own = Folder(self.log.store)
        http = httpx.Client(timeout=SECONDS, trust_env=False)
        self._elsewhere = {
            named: Web(named, http=http, longest=SECONDS) if reading.is_address(named) else Folder(Path(named))
            for named in (*self.log.mirrors, *self.log.witnesses)
        }

    def close(self) -> None:
        """Ask nobody more."""
        if self._asking is not None:
            self._asking.shutdown(wait=False, cancel_futures=True)
            self._asking = None

    async def hear(self, *, everywhere: bool = True) -> Heard:
        """Ask the store, and other places unless told not to: then what they last said counts."""
        own, trouble = await asyncio.to_thread(self._of_the_store)
        if everywhere:
            await asyncio.gather(*(self._ask(named, reader) for named, reader in self._elsewhere.items()))
        told = tuple(Told(named, found) for named, found in self._known.items())
        return Heard(own, trouble, told, tuple(named for named, times in self._failures.items() if times))

    async def unlike(
        self, conn: asyncpg.Connection, keys: Keys, heard: Heard, held: State, *, everywhere: bool
    ) -> Unlike | None:
        """How the database whose state is ``held``, read after ``heard``, departs from what was published, if so.

        Whether its tree continues smaller ones is looked at where ``everywhere`` is said. Raises StoreRefused where
        the store's tiles cannot be read or are not those of the state; WrappedKeyRefused.
        """
        own = () if heard.own is None else (Told(str(self.log.store), heard.own),)
        for one in sorted((*own, *heard.elsewhere), key=lambda one: -one.checkpoint.size):
            found = None
            if folding.behind(Position(held.size), Position(one.checkpoint.size)):
                found = await self._behind(conn, keys, one, held)
            elif one.checkpoint.size == held.size:
                found = None if one.checkpoint.root == held.root else Unlike(one.place, one.checkpoint, 0)
            elif everywhere and one.checkpoint.size:
                continued = await asyncio.to_thread(self._continues, one.checkpoint, held)
                found = None if continued else Unlike(one.place, one.checkpoint, 0)
            if found is not None:
                return found
        return None

    async def _behind(self, conn: asyncpg.Connection, keys: Keys, one: Told, held: State) -> Unlike | None:
        """More was published than the state knows: nothing is wrong where the journal's rows give the same tree."""
        missing = one.checkpoint.size - held.size
        if missing > MOST_BEHIND:
            return Unlike(one.place, one.checkpoint, missing)
        try:
            tree = await asyncio.to_thread(Growing.at, held.size, self._own.read)
            if tree.root != held.root:
                return Unlike(one.place, one.checkpoint, missing)
            await grown(conn, keys, tree, held.last_entry, one.checkpoint.size)
        except NotThere as error:
            return Unlike(one.place, one.checkpoint, error.missing)
        except (Malformed, StoreRefused):
            return Unlike(one.place, one.checkpoint, missing)
        return None if tree.root == one.checkpoint.root else Unlike(one.place, one.checkpoint, 0)

    def _continues(self, told: Checkpoint, held: State) -> bool:
        """Whether the state's tree begins with the one told. Raises StoreRefused."""
        tree = Tree(held.size, self._own.read)
        try:
            if tree.root != held.root:
                raise StoreRefused(f"The tiles of {self.log.store} are not those of the {held.size} entries sealed.")
            return merkle.root(told.size, tree.node) == told.root
        except Malformed as error:
            raise StoreRefused(f"{self.log.store} is damaged: {error}.") from None

    def _of_the_store(self) -> tuple[Checkpoint | None, str | None]:
        try:
            raw = self._own.checkpoint()
            return (None, None) if raw is None else (genuine(raw, self.log.key), None)
        except StoreRefused as error:
            return None, str(error)
        except NotGenuine as error:
            return None, f"The checkpoint of {self.log.store} {error}."

    async def _ask(self, named: str, reader: Reader) -> None:
        """What one place says, kept unless it knew of more before; a place that gives nothing is named in the log.

        A witness may know nothing of it: this way to ask is of ours alone.
        """
        if self._asking is None:
            self._asking = ThreadPoolExecutor(4, thread_name_prefix="published")
        loop = asyncio.get_running_loop()
        try:
            raw = await asyncio.wait_for(loop.run_in_executor(self._asking, reader.checkpoint), 2 * SECONDS)
            if raw is None and named in self.log.mirrors:
                raise NotGenuine("is not there")
            found = None if raw is None else genuine(raw, self.log.key)
        except (StoreRefused, NotGenuine, TimeoutError) as error:
            times = self._failures.get(named, 0)
            self._failures[named] = times + 1
            if times % _SAID_EVERY == 0:
                _LOG.error("what was published of the journal was not had from %s: %s", named, _why(error))
            return
        self._failures[named] = 0
        known = self._known.get(named)
        if found is not None and (known is None or found.size >= known.size):
            self._known[named] = found


def _why(error: Exception) -> str:
    if isinstance(error, NotGenuine):
        return f"its checkpoint {error}"
    return "it did not answer in time" if isinstance(error, TimeoutError) else str(error)


class Held(NamedTuple):
    """A database held to what was published: how it departs from it, or what is wrong with the store itself.

    ``silent`` are the other places that gave nothing.
    """

    unlike: Unlike | None
    trouble: str | None
    silent: tuple[str, ...]


async def hold(conn: asyncpg.Connection, keys: Keys, published: Published, *, everywhere: bool = True) -> Held:
    """Hold the database to what was published: the places first, then its state, which is never behind them."""
    heard = await published.hear(everywhere=everywhere)
    try:
        held = await state.load(conn, keys, published.log.key.name)
        unlike = await published.unlike(conn, keys, heard, held, everywhere=everywhere)
    except (stamped.Forged, StoreRefused) as error:
        return Held(None, str(error), heard.silent)
    trouble = heard.trouble
    if trouble is None and heard.own is None and held.published_size:
        trouble = (
            f"The journal of this database was sealed up to {held.published_size} entries, and {published.log.store}"
            " holds no checkpoint."
        )
    return Held(unlike, trouble, heard.silent)
