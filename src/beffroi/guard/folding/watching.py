"""The guard looks before it serves, then again and again, whether the rows are what the journal says of them (I-16).

A look reads one snapshot (:mod:`beffroi.guard.folding.looking`); what it finds is refused at once by this process,
set right in the strict direction, and contained until two people have seen to it
(:mod:`beffroi.guard.folding.refusing`). The database as a whole is held to what was published of its journal
(:mod:`beffroi.guard.sealing.published`).
Each guard looks for itself: what one of them refuses is in its own memory, which nobody can delete.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.folding import MOST_AT_ONCE, Divergence, Kind
from beffroi.core.policy import Policy
from beffroi.guard.folding import baselines, looking, refusing
from beffroi.guard.folding.looking import Found, Known, Look
from beffroi.guard.folding.pacing import AT_ONCE
from beffroi.guard.folding.refusing import Refused
from beffroi.guard.sealing.published import Published, hold

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.services import Services

_LOG: Final = logging.getLogger("beffroi.guard.folding")
PAUSE: Final = 2.0
"""Seconds between two looks at what is new."""
WHOLE: Final = 25.0
"""Seconds from one look at every row to the next: what is put back is named within thirty where a look takes less
than three. A look that takes longer than half of it is given twice its time."""
COUNTED: Final = 3_600.0
"""Seconds between two counts of every budget."""
OPENINGS: Final = 20_000
"""Entries whose openings one look compares, twice: the newest, and as many of the older ones."""
OPENINGS_AT_START: Final = 1_000_000

_SAID_EVERY: Final = 60.0
_STORE: Final = "Nothing is served. Put the store back, or make it again from the journal: `beffroi journal rebuild`."


class Behind(RuntimeError):
    """The database is not the one that the journal was published of, or nobody can tell. No guard starts on it."""


@dataclass(slots=True)
class Watch:
    """What a guard knows of the journal, and what it refuses because of it. ``forget``: decide from the rows again.

    ``most``: how many divergences at once are set right without people; None, however many.
    """

    keys: "Keys"
    policy: Callable[[], Policy]
    published: Published | None = None
    forget: Callable[[], None] = lambda: None
    most: int | None = MOST_AT_ONCE
    known: Known = field(default_factory=Known)
    reported: set[Divergence] = field(default_factory=set)
    total: Counter[str] = field(default_factory=Counter)
    silent: tuple[str, ...] = ()
    """Mirrors and witnesses that gave no position when they were last asked."""
    trouble: str | None = None
    """Why it cannot be told whether this is the database that was published: nothing is released meanwhile."""
    refused: Refused = field(init=False)
    _said_at: float = float("-inf")

    def __post_init__(self) -> None:
        self.refused = Refused(self.keys)

    async def begin(self, conn: "asyncpg.Connection") -> None:
        """The look before serving, at everything. Raises Behind, or what the database raises."""
        if self.published is not None:
            held = await hold(conn, self.keys, self.published)
            if held.unlike is not None:
                raise Behind(str(held.unlike))
            if held.trouble is not None:
                raise Behind(f"{held.trouble} {_STORE}")
        found = await self.everything(conn)
        await self.answer(conn, found)
        if self.known.baseline is None:
            await baselines.begin(conn, self.keys)
            self.known.baselines = await baselines.all_baselines(conn, self.keys)
            await self.look(conn, Look())  # at its own facts, so that the first look while serving has no news

    async def everything(self, conn: "asyncpg.Connection") -> Found:
        """The first look, at everything there is."""
        self.known.baselines = await baselines.all_baselines(conn, self.keys)
        return await self.look(conn, Look(rows=True, budgets=True, openings=OPENINGS_AT_START, pace=AT_ONCE))

    async def look(self, conn: "asyncpg.Connection", what: Look) -> Found:
        """One look; whatever was written to rows since the last one is decided from the rows from now on."""
        whole = [] if self.published is None else await self._of_the_whole(conn, self.published, what.rows)
        found = await looking.look(conn, self.keys, self.policy(), self.known, what)
        found = found._replace(divergences=(*whole, *found.divergences))
        if found.fresh or found.divergences:
            self.forget()  # also where the turnstile's number was set back, so that nobody would notice
        return found

    async def _of_the_whole(
        self, conn: "asyncpg.Connection", published: Published, everywhere: bool
    ) -> list[Divergence]:
        """The journal that is not the one published. Where the store itself fails, nothing is released until it is
        right again: it is no reason to contain anything."""
        held = await hold(conn, self.keys, published, everywhere=everywhere)
        self.silent, self.trouble = held.silent, held.trouble
        said = held.trouble if held.unlike is None else str(held.unlike)
        if said is not None and time.monotonic() - self._said_at >= _SAID_EVERY:
            self._said_at = time.monotonic()
            _LOG.critical("integrity: %s", said)
        return [] if held.unlike is None else [Divergence("journal", str(held.unlike.told.size), Kind.OLDER)]

    @property
    def withholds(self) -> bool:
        """Whether nothing may be released now."""
        return self.trouble is not None

    async def answer(self, conn: "asyncpg.Connection", found: Found) -> None:
        """Answer what is new of a look."""
        for table, rows in found.believed.items():
            _LOG.warning("guard.%s: %d rows of before the journal's facts are believed", table, len(rows))
        await baselines.believe(conn, self.keys, found.believed)
        new = [each for each in found.divergences if each not in self.reported]
        for each in new:
            _LOG.critical("integrity: guard.%s %s is not what the journal says: %s", *each)
            self.total[each.table] += 1
        if new:
            left = await refusing.answer(
                conn, self.policy(), self.refused, self.known.expected, found, new, self.most
            )
            self.reported.update(left)
            self.forget()

    async def settle(self, conn: "asyncpg.Connection", found: Found) -> None:
        """After a look at every row: refuse no more what people have seen to; once a month say the facts again."""
        self.reported.intersection_update(found.divergences)
        before = self.keys.authenticator.distrusted
        await refusing.release(conn, self.refused, self.known.expected, found.divergences)
        if self.keys.authenticator.distrusted != before:
            self.forget()
        baseline = self.known.baseline
        if baseline is not None and found.head.at - baseline.at > baselines.SAID_AGAIN:
            await baselines.say_again(conn, self.keys, self.known.expected.values(), baseline)
            self.known.baselines = await baselines.all_baselines(conn, self.keys)

    def gauges(self) -> dict[str, float]:
        """What the metrics say of it."""
        return {
            "diverged_rows": sum(self.total.values()),
            "refused_extents": len(self.refused.extents),
            "folded_rows": len(self.known.expected),
            "log_places_silent": len(self.silent),
            "log_withholds": int(self.withholds),
        }


async def run(services: "Services", watch: Watch, pause: float = PAUSE) -> None:
    """Looks until cancelled. A look that fails is logged and tried again: what is refused stays so."""
    whole_at, counted_at = time.monotonic() + WHOLE, time.monotonic() + COUNTED
    while True:
        await asyncio.sleep(pause)
        begun = time.monotonic()
        what = Look(begun >= whole_at, begun >= counted_at, OPENINGS if begun >= whole_at else 0)
        try:
            async with services.pool.acquire() as conn:
                await once(conn, watch, what)
            services.metrics.gauges.update(watch.gauges())
        except Exception as error:
            # Whatever a look meets, the next one must come; the database may be restarting.
            _LOG.error("the journal and the rows could not be compared: %s", type(error).__name__)
        if what.rows:
            whole_at = begun + max(WHOLE, 2 * (time.monotonic() - begun))
        if what.budgets:
            counted_at = time.monotonic() + COUNTED


async def once(conn: Any, watch: Watch, what: Look) -> Found:
    """One look, answered."""
    found = await watch.look(conn, what)
    await watch.answer(conn, found)
    if what.rows:
        await watch.settle(conn, found)
    return found
