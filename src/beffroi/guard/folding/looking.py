"""One look: a snapshot of the journal and of the rows, compared. It writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core import folding
from beffroi.core.folding import Divergence, Fact, Key, Kind
from beffroi.core.policy import Policy
from beffroi.guard.decisions.connections import PATIENT
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.folding import baselines, openings, reading, recording
from beffroi.guard.folding.baselines import Baseline
from beffroi.guard.folding.openings import Lost, Nameless, Short
from beffroi.guard.folding.pacing import GENTLE, Pace
from beffroi.guard.folding.reading import Head

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_SESSION_SLACK: Final = timedelta(hours=1)
_WHOLE: Final = frozenset(recording.FOLDED) - reading.NAMED - {"session"}
"""Tables in which a row that is gone is named. A session that is gone is over, and a restore brings none back."""
_FACTS: Final = 5
"""Facts that are passed over in the time that a row takes."""
Record = Mapping[str, Any]


@dataclass(slots=True)
class Known:
    """What a guard knows of the journal: the state folded from it, up to its entry, and the turnstile's number then.

    ``compared``: up to which entry the openings were compared, going round.
    """

    baselines: Sequence[Baseline] = ()
    expected: dict[Key, Fact] = field(default_factory=dict)
    entry: int = 0
    number: int | None = None
    compared: int = 0

    @property
    def baseline(self) -> Baseline | None:
        """The baseline that leaves the least to read."""
        return self.baselines[-1] if self.baselines else None

    @property
    def openings_since(self) -> int:
        """From which entry on openings are compared: a month before the last baseline at least."""
        return self.baselines[-2].since if len(self.baselines) > 1 else 0


class Look(NamedTuple):
    """What is to be looked at, beside what is new: every row, every budget, and the openings of so many entries.

    ``pace``: how it gives way to whatever else the process does.
    """

    rows: bool = False
    budgets: bool = False
    openings: int = 0
    pace: Pace = GENTLE


class Found(NamedTuple):
    """What a look found, ``divergences`` in order. ``rows`` are whole rows of those that are there; ``believed``
    those of the time before the facts. ``fresh`` tells whether any row was written since the look before."""

    head: Head
    divergences: tuple[Divergence, ...]
    rows: Mapping[Key, Record]
    lost: Mapping[Key, Lost]
    short: Mapping[Key, Short]
    believed: Mapping[str, list[Record]]
    fresh: bool


async def look(conn: "asyncpg.Connection", keys: "Keys", policy: Policy, known: Known, what: Look) -> Found:
    """Compare one snapshot, and let ``known`` follow it. Raises what the database raises."""
    lost: list[Lost] = []
    short: list[Short] = []
    rows: dict[Key, Record] = {}
    believed: dict[str, list[Record]] = defaultdict(list)
    nameless: Nameless | None = None
    fresh = False
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.execute(PATIENT)
        head = await reading.head(conn, known.entry)
        live_since = head.at - timedelta(seconds=policy.session.absolute) - _SESSION_SLACK
        since = 0 if known.baseline is None else known.baseline.since
        async for facts in reading.facts(conn, keys, since, known.entry, live_since, what.pace):
            for fact in facts:
                folding.add(known.expected, fact)
            fresh = fresh or bool(facts)
        found = _of_the_whole(known, head)
        if what.rows:
            of_rows, rows = await _of_the_rows(conn, keys, known, head, live_since, believed, what.pace)
            found += of_rows
        if what.openings:
            lost = await _of_openings(conn, known, head, what)
        if what.budgets:
            short, nameless = await openings.short(conn, clock_at(head.at).day, what.pace)
    if nameless is not None:
        short += await openings.named(policy, nameless, what.pace)
    known.entry, known.number = head.entry, head.number
    found += [one.divergence for one in lost] + [one.divergence for one in sorted(short, key=lambda each: each.key)]
    by_lost = {each.divergence.key: each for each in lost}
    by_short = {each.divergence.key: each for each in short}
    return Found(head, tuple(found), rows, by_lost, by_short, believed, fresh)


async def _of_the_rows(
    conn: "asyncpg.Connection", keys: "Keys", known: Known, head: Head, live_since: datetime,
    believed: dict[str, list[Record]], pace: Pace,
) -> tuple[list[Divergence], dict[Key, Record]]:  # fmt: skip
    comparison, odd = folding.Comparison(known.expected, _WHOLE), {}
    async for read, whole in reading.rows(conn, keys, known.expected, live_since, pace):
        comparison.rows(read)
        odd.update(whole)
    unseen: list[str] = []
    async for facts in pace.steps(known.expected.values(), _FACTS):
        unseen += [fact.id for fact in comparison.unseen(facts) if fact.table == "session"]
    async for ended in reading.over(conn, unseen, live_since, pace):
        for key in ended:
            del known.expected[key]
    found = []
    believing = baselines.believing(known.baseline, head.at)
    for each in comparison.found():
        if believing and each.kind is Kind.UNKNOWN:
            believed[each.table].append(odd[each.key])
        else:
            found.append(each)
    return found, odd


def _of_the_whole(known: Known, head: Head) -> list[Divergence]:
    """The journal or the turnstile that went back: this is not the database that this guard knew, or others."""
    found = []
    if head.entry < known.entry:
        found.append(Divergence("journal", str(head.entry), Kind.OLDER))
    if head.number is None:
        found.append(Divergence("turnstile", "0", Kind.MISSING))
    elif known.number is not None and head.number < known.number + head.writers:
        found.append(Divergence("turnstile", str(head.number), Kind.OLDER))
    return found


async def _of_openings(conn: "asyncpg.Connection", known: Known, head: Head, what: Look) -> list[Lost]:
    """The newest entries each time, and as many of the older ones, going round."""
    newest = max(0, head.entry - what.openings)
    found = await openings.lost(conn, newest, head.entry, what.pace)
    if known.compared >= newest:
        known.compared = known.openings_since
    if known.compared < newest:
        until = min(newest, known.compared + what.openings)
        found += await openings.lost(conn, known.compared, until, what.pace)
        known.compared = until
    return list({each.divergence.key: each for each in found}.values())
