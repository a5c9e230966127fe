"""What is refused because rows are not what the journal says: by this process at once, then by a containment.

The containment is a row like another, for every guard and for the screens; two people lift it. It can be deleted by
whoever writes the database, which is one more divergence: what this process refuses is kept in its memory.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from beffroi.core import folding
from beffroi.core.containing import Extent as Scoped
from beffroi.core.folding import EVERYTHING, Divergence, Extent, Fact, Key
from beffroi.core.policy import Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.containing.cutting import cut_off
from beffroi.guard.containing.scopes import By, ContainingRefused, Scope
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.duties import Work
from beffroi.guard.folding import openings, reading, recording, replaying
from beffroi.guard.folding.looking import Found
from beffroi.guard.folding.replaying import Outcome
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.folding")
REASON: Final = "row-diverged"
OPERATOR: Final = "guard"
_IN_FORCE: Final = "SELECT id FROM guard.containment WHERE kind = $1 AND scope = $2 AND lifted_at IS NULL LIMIT 1"
_OF_THE_WHOLE: Final = frozenset({"journal", "turnstile"})


@dataclass(slots=True)
class Refused:
    """Extents that this process refuses, each with the containment that two people lift to end it, if any."""

    keys: "Keys"
    extents: dict[Extent, str | None] = field(default_factory=dict)

    def add(self, extent: Extent, containment: str | None = None) -> None:
        """Refuse from now on."""
        self.extents[extent] = containment or self.extents.get(extent)
        self._tell()

    def drop(self, extent: Extent) -> None:
        """Refuse no more."""
        self.extents.pop(extent, None)
        self._tell()

    def _tell(self) -> None:
        scopes = frozenset((each.kind, each.id) for each in self.extents)
        if scopes != self.keys.authenticator.distrusted:
            self.keys.authenticator.distrusted = scopes


async def answer(
    conn: "asyncpg.Connection", policy: Policy, refused: Refused, expected: dict[Key, Fact], found: Found,
    fresh: list[Divergence], most: int | None,
) -> list[Divergence]:  # fmt: skip
    """Refuse, set right, contain and journal each new divergence; those that nothing more can be done about.

    More than ``most`` at once are no rollback of a row: everything is refused, and nothing is written anew.
    """
    if most is not None and sum(each.table != replaying.DRAFT for each in fresh) > most:
        refused.add(EVERYTHING)
        async with conn.transaction():
            work = await _begun(conn, refused.keys, policy)
            detail = _detail(rows=len(fresh), tables=sorted({each.table for each in fresh}))
            await append(conn, [Entry(work.now, "diverged", policy=policy.version, detail=detail)])
            await _contain(work, refused, EVERYTHING)
        return fresh
    return [each for each in fresh if not await _one(conn, policy, refused, expected, found, each)]


async def _one(
    conn: "asyncpg.Connection", policy: Policy, refused: Refused, expected: dict[Key, Fact], found: Found,
    each: Divergence,
) -> bool:  # fmt: skip
    fact, before = expected.get(each.key), found.rows.get(each.key)
    subject = recording.fact_of(each.table, before) if fact is None and before is not None else fact
    extent = EVERYTHING if each.table in _OF_THE_WHOLE else folding.extent(each, subject)
    known = extent in refused.extents
    if extent is not None:
        refused.add(extent)
    try:
        async with conn.transaction():
            work = await _begun(conn, refused.keys, policy)
            outcome = await _set_right(work, found, each, fact)
            told = Entry(
                work.now, "diverged", account=subject and subject.account, policy=policy.version,
                detail=_detail(id=each.id, kind=each.kind.value, outcome=outcome.value, table=each.table),
            )  # fmt: skip
            await append(conn, [told])
            if extent is not None and outcome is not Outcome.RESTORED:
                await _contain(work, refused, extent)
    except Exception as error:  # whatever it meets, what is refused stays refused
        _LOG.critical("integrity: guard.%s could not be set right: %s", each.table, type(error).__name__)
        return True  # to be tried again at the next look
    if extent is not None and outcome is Outcome.RESTORED and not known:
        refused.drop(extent)
    return outcome is not Outcome.LEFT


async def _begun(conn: "asyncpg.Connection", keys: "Keys", policy: Policy) -> Work:
    await turnstile.take(conn)
    return Work(conn, keys, policy, await stamped.instant(conn))


async def _set_right(work: Work, found: Found, each: Divergence, fact: Fact | None) -> Outcome:
    conn, keys, _, now = work
    if each.table in _OF_THE_WHOLE:
        return Outcome.LEFT
    if each.key in found.lost:
        await openings.remember(conn, keys, found.lost[each.key])
        return Outcome.TIGHTENED
    if each.key in found.short:
        clock = clock_at(now)
        await openings.count_again(conn, keys, found.short[each.key], clock.day, clock.hour)
        return Outcome.TIGHTENED
    row, before = await reading.one(conn, each.table, each.id), found.rows.get(each.key)
    if (row and row["mac"]) != (before and before["mac"]):
        raise stamped.Forged(each.table)  # written since it was looked at: the next look judges it
    return await replaying.set_right(conn, keys, each, fact, row, now)


async def _contain(work: Work, refused: Refused, extent: Extent) -> None:
    """Contain unless that is done; what the extent names may be gone, and then there is nothing to contain."""
    id: str | None = await work.conn.fetchval(_IN_FORCE, extent.kind, extent.id)
    if id is None:
        try:
            done = await cut_off(work, Scope(Scoped(extent.kind), extent.id, 0), REASON, By(operator=OPERATOR))
        except ContainingRefused:
            return
        id = done.id
    refused.add(extent, str(id))


async def release(
    conn: "asyncpg.Connection", refused: Refused, expected: dict[Key, Fact], standing: Sequence[Divergence]
) -> None:
    """Refuse no more what was contained and has been lifted, as the journal says, nor what never was contained and
    is as it was; ``standing`` are the divergences of a look at everything. While more of them stand than a machine
    sets right, or the database is not the one that was published, everything stays refused, whoever lifted it: the
    older rows would serve again."""
    many = len(standing) > folding.MOST_AT_ONCE or any(each.table == "journal" for each in standing)
    named = {id: extent for extent, id in refused.extents.items() if id is not None}
    for row in await conn.fetch(
        "SELECT * FROM guard.containment WHERE id = ANY ($1::uuid[]) AND lifted_at IS NOT NULL", list(named)
    ):
        fact = expected.get(("containment", str(row["id"])))
        genuine = refused.keys.authenticator.genuine_row("containment", row)
        if many and named[str(row["id"])] == EVERYTHING:
            continue
        if genuine and fact is not None and fact.mac == recording.mac_of(row):
            refused.drop(named[str(row["id"])])
    concerned = {folding.extent(each, expected.get(each.key)) for each in standing}
    for extent, id in list(refused.extents.items()):
        if id is None and extent not in concerned:
            refused.drop(extent)


def _detail(**members: object) -> str:
    return json.dumps(members, separators=(",", ":"), sort_keys=True)
