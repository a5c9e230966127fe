"""The sealer: new rows become leaves, tiles, and a signed checkpoint, in an order that no crash can turn into a fork.

    keys of the days durable › tiles durable in the store › state committed in PostgreSQL › checkpoint published

Rows are appended under the turnstile, so that whoever sees one sees every one before it (docs/decisions/0027); a
leaf is a function of its row and of its day's key. Tiles written before a crash are therefore written again with the
same content, and for each size there is one root only. Signing is the last thing done, and signs what is committed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import asyncpg

from beffroi.core.journal_encoding import number_of
from beffroi.guard.keys import Keys
from beffroi.guard.sealing import day_keys, state
from beffroi.guard.sealing.leaves import ROWS, days_of, leaves
from beffroi.guard.sealing.published import NotGenuine, NotThere, Told, behind_another, genuine, grown
from beffroi.guard.sealing.state import State
from beffroi.guard.sealing.store import Store
from beffroi.standards.tlog import Malformed, merkle, note
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.tiles import Growing, Tile, Tree

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
MOST: Final = 1 << 15
"""Rows of one step: a third of a second of work, some twenty megabytes."""

Cosign = Callable[[Tree, Checkpoint, bytes], Awaitable[Sequence[note.Signature]]]
"""Asks the witnesses, given the tree, the checkpoint, and its note as the log signed it."""


class LogRefused(RuntimeError):
    """Database and published log contradict each other: nothing more is signed; the message says what to do."""


class TooFewWitnesses(RuntimeError):
    """Fewer witnesses cosigned than the quorum: nothing is published until they do."""


async def nobody(tree: Tree, checkpoint: Checkpoint, signed: bytes) -> Sequence[note.Signature]:
    """Without witnesses."""
    return ()


class Sealer:
    """One sealer over one store. :meth:`open` first; after an exception of any method, a new one must be opened.

    ``reached`` is told the name of each point of a step as it is passed: tests end the process there.
    """

    POINTS: Final = ("read", "day-keys", "tiles", "state", "cosigned", "published", "told", "pruned")

    def __init__(
        self,
        keys: Keys,
        signer: note.Signer,
        store: Store,
        *,
        cosign: Cosign = nobody,
        quorum: int = 0,
        reached: Callable[[str], None] = lambda point: None,
    ) -> None:
        self._keys = keys
        self._signer = signer
        self._store = store
        self._cosign = cosign
        self._quorum = quorum
        self._reached = reached
        self._tree = Growing()
        self._state: State | None = None
        self._ahead: list[bytes] = []

    @property
    def state(self) -> State:
        """Where sealing stands."""
        assert self._state is not None, "the sealer was opened"
        return self._state

    async def open(self, conn: asyncpg.Connection, elsewhere: Sequence[Told] = ()) -> None:
        """Take up where the last sealer stopped, whatever stopped it.

        ``elsewhere`` is what others know of the log: where store and database went back together, it forbids a fork.
        Raises LogRefused when database and log contradict each other, StoreRefused, Forged, Overtaken,
        WrappedKeyRefused.
        """
        held = await state.load(conn, self._keys, self._signer.key.name)
        if held.origin != self._signer.key.name:
            raise LogRefused(f"This journal is sealed under the name {held.origin}: set BEFFROI_JOURNAL_ORIGIN so.")
        public = await asyncio.to_thread(self._published)
        if public is not None and public.size < held.published_size:
            raise LogRefused(
                f"The published checkpoint has {public.size} entries where {held.published_size} were published:"
                " somebody replaced it. Put the right store back."
            )
        self._tree = await asyncio.to_thread(self._at, held)
        if public is not None and public.size > held.size:
            held = await self._catch_up(conn, held, public)
        elif public is not None and public.size:
            await asyncio.to_thread(self._compare, held, public)
        for place, told in elsewhere:
            if told.size > held.size:
                raise LogRefused(behind_another(place, told.size - held.size))
            if told.size:
                await asyncio.to_thread(self._compare, held, told)
        self._state = held

    async def step(self, conn: asyncpg.Connection) -> int:
        """Seal what waits, at most :data:`MOST` rows, and publish; how many rows were sealed.

        Raises TooFewWitnesses (the next step tries again), or what :meth:`open` raises.
        """
        rows = self._ahead or await self._rows(conn, self.state.last_entry)
        self._ahead = []
        if rows:
            self._reached("read")
            held = await day_keys.ensure(conn, self._keys, days_of(rows))
            self._reached("day-keys")
            building = asyncio.create_task(asyncio.to_thread(self._build, rows, held))
            try:
                if len(rows) == MOST:  # more waits: PostgreSQL encodes it while this is hashed
                    self._ahead = await self._rows(conn, number_of(rows[-1]))
            finally:
                full = await building  # whatever happens, no thread writes behind a sealer that was given up
            self._reached("tiles")
            self._state = await self._commit(conn, self.state, number_of(rows[-1]))
            self._reached("state")
        if not self.state.published:
            await self._publish(conn)
        if rows:
            await asyncio.to_thread(self._store.prune, [tile for tile, _ in full])
            self._reached("pruned")
        return len(rows)

    async def _rows(self, conn: asyncpg.Connection, behind: int) -> list[bytes]:
        return [row[0] for row in await conn.fetch(ROWS, behind, MOST)]

    def _build(self, rows: Sequence[bytes], held: dict[int, bytes]) -> list[tuple[Tile, bytes]]:
        """Grow the tree and make its tiles durable; the full ones."""
        full = self._extend(rows, held)
        self._store.write([*full, *self._tree.edge()])
        return full

    def _extend(self, rows: Sequence[bytes], held: dict[int, bytes]) -> list[tuple[Tile, bytes]]:
        return self._tree.extend(*leaves(rows, held))

    async def _commit(self, conn: asyncpg.Connection, before: State, last_entry: int) -> State:
        return await state.sealed(
            conn, self._keys, before, size=self._tree.size, root=self._tree.root, last_entry=last_entry
        )

    async def _publish(self, conn: asyncpg.Connection) -> None:
        """Sign what is committed, have it cosigned, publish, and say so."""
        held = self.state
        told = Checkpoint(held.origin, held.size, held.root)
        own = self._signer.sign(told.text)
        cosigned = await self._cosign(Tree(held.size, self._store.read), told, note.signed(told.text, [own]))
        self._reached("cosigned")
        if len(cosigned) < self._quorum:
            raise TooFewWitnesses(f"{len(cosigned)} witnesses cosigned where {self._quorum} must")
        await asyncio.to_thread(self._store.publish, note.signed(told.text, [own, *cosigned]))
        self._reached("published")
        self._state = await state.published(conn, self._keys, held)
        self._reached("told")

    def _published(self) -> Checkpoint | None:
        raw = self._store.checkpoint()
        if raw is None:
            return None
        try:
            return genuine(raw, self._signer.key)
        except NotGenuine as error:
            raise LogRefused(f"The published checkpoint {error}: put the right one back.") from None

    def _at(self, held: State) -> Growing:
        """The tree as the database knows it, taken from the store."""
        try:
            tree = Growing.at(held.size, self._store.read)
        except Malformed as error:
            raise LogRefused(f"The store is damaged: {error}. {_REPAIR}") from None
        if tree.root != held.root:
            raise LogRefused(f"The store's tiles are not those of the {held.size} entries sealed. {_REPAIR}")
        return tree

    def _compare(self, held: State, public: Checkpoint) -> None:
        """The published checkpoint is the beginning of the tree. Raises LogRefused."""
        if merkle.root(public.size, Tree(held.size, self._store.read).node) != public.root:
            raise LogRefused(f"The published checkpoint of {public.size} entries is not of this journal. {_REPAIR}")

    async def _catch_up(self, conn: asyncpg.Connection, held: State, public: Checkpoint) -> State:
        """More was published than this database knows, which is older: go on only if its rows give the same tree."""
        try:
            last = await grown(conn, self._keys, self._tree, held.last_entry, public.size)
        except NotThere as error:
            raise LogRefused(
                f"{error}: it is an older copy. Restore what is missing, or accept the loss:"
                " `beffroi restore --accept`."
            ) from None
        if self._tree.root != public.root:
            raise LogRefused(
                "This database's entries are not those that were published: it was changed, or is another."
            )
        _LOG.warning("the database was behind the published log by %d entries, all there", public.size - held.size)
        return await self._commit(conn, held, last)


_REPAIR: Final = "Put the right store back, or make it again from the journal: `beffroi journal rebuild`."


async def fetch_all(conn: Any, sealer: Sealer) -> int:
    """Step after step until nothing waits; how many rows were sealed."""
    total = 0
    while done := await sealer.step(conn):
        total += done
    return total
