"""What puts database and log together again: the store made anew from the journal, a loss that was accepted."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

import asyncpg

from beffroi.core.journal_encoding import entry_of
from beffroi.guard.keys import Keys
from beffroi.guard.sealing import day_keys, state
from beffroi.guard.sealing.leaves import ROWS, days_of, leaves
from beffroi.guard.sealing.proving import log_at
from beffroi.guard.sealing.published import NotGenuine, Told, behind_another, genuine
from beffroi.guard.sealing.reading import Reader
from beffroi.guard.sealing.sealer import LogRefused
from beffroi.guard.sealing.store import Store
from beffroi.standards.tlog import Malformed, note, tiles
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.tiles import Growing, Tile

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
_MOST: Final = 1 << 14


async def rebuild(
    conn: asyncpg.Connection, keys: Keys, signer: note.Signer, store: Store, elsewhere: Sequence[Told] = ()
) -> int:
    """Write the tiles of all that is sealed again, out of the journal's rows, and the checkpoint; how many entries.

    Raises LogRefused when the rows are not those that were sealed, or when the store or somebody ``elsewhere`` has
    more of this log: then nothing is published. Raises StoreRefused.
    """
    held = await state.load(conn, keys, signer.key.name)
    for place, told in (*_kept(store, signer), *elsewhere):
        if told.size > held.size:
            raise LogRefused(behind_another(place, told.size - held.size))
    tree, last = Growing(), 0
    while tree.size < held.size:
        rows = [row[0] for row in await conn.fetch(ROWS, last, min(_MOST, held.size - tree.size))]
        if not rows:
            raise LogRefused(f"The journal has {tree.size} of the {held.size} entries sealed: the store is needed.")
        known = await day_keys.held(conn, keys, days_of(rows))
        made = leaves(rows, known)
        last = entry_of(made.entries[-1])
        await asyncio.to_thread(store.write, tree.extend(*made))
    if tree.root != held.root:
        raise LogRefused("The journal's rows are not those that were sealed: the store is needed.")
    await asyncio.to_thread(store.write, tree.edge())
    told = Checkpoint(held.origin, held.size, held.root)
    await asyncio.to_thread(store.publish, note.signed(told.text, [signer.sign(told.text)]))
    return held.size


def _kept(store: Store, signer: note.Signer) -> list[Told]:
    """What a store that is to be made again still says of itself, where that is genuine."""
    raw = store.checkpoint()
    try:
        return [] if raw is None else [Told("the store", genuine(raw, signer.key))]
    except NotGenuine:
        return []


async def adopt(
    conn: asyncpg.Connection, keys: Keys, signer: note.Signer, reader: Reader, elsewhere: Sequence[Told] = ()
) -> int:
    """Go on behind a published log that has more than a restored database; how many entries have no row here.

    What was lost stays in the tree as commitments that nobody can open. Raises LogRefused when the published log is
    not this journal's, or when somebody ``elsewhere`` has more of it; StoreRefused, Overtaken.
    """
    held = await state.load(conn, keys, signer.key.name)
    raw = reader.checkpoint()
    try:
        known = 0 if raw is None else genuine(raw, signer.key).size
    except NotGenuine as error:
        raise LogRefused(f"The published checkpoint {error}: put the right one back.") from None
    for place, told in elsewhere:
        if told.size > known:
            raise LogRefused(behind_another(place, told.size - known))
    if raw is None:
        if held.size:
            raise LogRefused(
                f"The journal was sealed up to {held.size} entries and the log is not there: put it back."
            )
        return 0
    try:
        log = log_at(reader)
        if log.told.origin != held.origin or log.tree.root != log.told.root:
            raise LogRefused("The published log is not this journal's, or is damaged: put the right one back.")
        if log.told.size <= held.size:
            return 0
        index = (log.told.size - 1) // tiles.WIDTH
        wide = tiles.width(-1, index, log.told.size)
        last = entry_of(tiles.entries(reader.read(Tile(-1, index, wide)))[wide - 1])
    except Malformed as error:
        raise LogRefused(f"The published log is damaged ({error}): put the right one back.") from None
    lost = log.told.size - held.size
    after = await state.sealed(conn, keys, held, size=log.told.size, root=log.told.root, last_entry=last)
    await state.published(conn, keys, after)
    await conn.execute("SELECT guard.skip_entries($1)", last)
    _LOG.warning("%d sealed entries are not in this database, or were sealed after its copy was made", lost)
    return lost
