"""What openings wrote, held to the openings themselves: no fact is journaled for each of them, they are the facts.

The journal's openings say whom an account has opened, and when: its memory of that person (``guard.reach``) is not
older. The memories say which budgets were charged, by their marks: no budget has counted fewer people. Whatever is
found short is counted again from these, never given back.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core import budgets
from beffroi.core.budgets import DAYS, EMPTY, Caps, Scope
from beffroi.core.folding import Divergence, Kind
from beffroi.core.ids import Bucket
from beffroi.core.policy import ASSIGNMENTS, EVERYTHING, EXPORTS, RECEIVED, RELATIONS, Policy
from beffroi.guard.budget_rows import RECENT, window_of
from beffroi.guard.folding import recording, statements
from beffroi.guard.folding.pacing import Pace

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_OWNERS: Final = "SELECT DISTINCT account FROM guard.reach WHERE marks && $1::bigint[]"
_PLACES: Final = (
    "SELECT (SELECT array_agg(id::text) FROM guard.organisation) AS organisations,"
    " (SELECT array_agg(id) FROM guard.application) AS applications,"
    " (SELECT array_agg(DISTINCT pool::text) FROM guard.account a, unnest(a.pools) AS pool) AS pools"
)
_CHANGING: Final = (RELATIONS, ASSIGNMENTS)
_OF_PLACES: Final = (EVERYTHING, RECEIVED, EXPORTS, *_CHANGING)
_NAMES: Final = 4
"""Names that are tried in the time that a row takes."""
_WRITE: Final = (
    "INSERT INTO guard.budget (key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent, hour_cap,"
    " day_cap, week_cap, month_cap, version, mac) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)"
    " ON CONFLICT (key) DO UPDATE SET hour = excluded.hour, day = excluded.day, recent = excluded.recent,"
    " hour_spent = excluded.hour_spent, day_spent = excluded.day_spent, week_spent = excluded.week_spent,"
    " month_spent = excluded.month_spent, hour_cap = excluded.hour_cap, day_cap = excluded.day_cap,"
    " week_cap = excluded.week_cap, month_cap = excluded.month_cap, version = excluded.version, mac = excluded.mac"
)
_REMEMBER: Final = (
    "INSERT INTO guard.reach (account, person, day, marks, found_day, version, mac)"
    " VALUES ($1, $2, $3, '{}', 0, $4, $5) ON CONFLICT (account, person) DO UPDATE SET day = excluded.day,"
    " marks = excluded.marks, found_day = excluded.found_day, version = excluded.version, mac = excluded.mac"
)


class Lost(NamedTuple):
    """An account's memory of a person that is gone or older than its last opening, on ``day``; 0: no row."""

    account: str
    person: str
    day: int
    version: int

    @property
    def divergence(self) -> Divergence:
        """As the others are reported."""
        return Divergence("reach", f"{self.account}/{self.person}", Kind.OLDER if self.version else Kind.MISSING)


class Short(NamedTuple):
    """A budget that has counted fewer people than the memories say; ``least`` are people by age in days."""

    key: str
    least: tuple[int, ...]
    row: Mapping[str, Any] | None

    @property
    def divergence(self) -> Divergence:
        """As the others are reported."""
        return Divergence("budget", self.key, Kind.MISSING if self.row is None else Kind.OLDER)


class Nameless(NamedTuple):
    """Budgets without a row, by their marks, and whose they may be."""

    least: Mapping[int, bytes]
    owners: list[str]
    organisations: list[str]
    applications: list[str]
    pools: list[str]


async def lost(conn: "asyncpg.Connection", after: int, last: int, pace: Pace) -> list[Lost]:
    """Memories that the openings of these entries do not bear out: entries past ``after``, up to ``last``."""
    found: list[Lost] = []
    async for step in pace.fetched(conn, statements.LOST_REACHES, after, last):
        found += [Lost(str(row[0]), str(row[1]), row[2], row[3] or 0) for row in step]
    return found


async def short(conn: "asyncpg.Connection", today: int, pace: Pace) -> tuple[list[Short], Nameless | None]:
    """Budgets that have counted too few, the reader's snapshot being of the day ``today``; and those without a row,
    which :func:`named` names."""
    least: dict[int, bytes] = {}  # packed: a hundred thousand lists would be many for the collector to go through
    async for step in pace.fetched(conn, statements.COUNT_REACHES, today):
        for mark, days, people in step:
            least[mark] = _packed(today, days, people)
    found: list[Short] = []
    async for step in pace.fetched(conn, "SELECT * FROM guard.budget"):
        for row in step:
            packed = least.pop(budgets.mark(row["key"]), None)
            if packed is not None and _fewer(_recent(row, today), needed := RECENT.unpack(packed)):
                found.append(Short(row["key"], needed, row))
    if not least:
        return found, None
    owners: list[str] = []
    async for step in pace.fetched(conn, _OWNERS, list(least)):
        owners += [str(row[0]) for row in step]
    return found, Nameless(least, owners, *[places or [] for places in await conn.fetchrow(_PLACES)])


def _packed(today: int, days: Iterable[int], people: Iterable[int]) -> bytes:
    by_age = dict(zip(days, people, strict=True))
    return RECENT.pack(*[by_age.get(today - age, 0) for age in range(DAYS)])


def _recent(row: Mapping[str, Any], today: int) -> tuple[int, ...]:
    window = window_of(row)
    return budgets.at(window, today, row["hour"]).recent


def _fewer(recent: Iterable[int], needed: Iterable[int]) -> bool:
    """Whether, over any number of days, fewer were counted. Sums: a clock that went back counted on a later day."""
    counted = expected = 0
    for have, need in zip(recent, needed, strict=True):
        counted, expected = counted + have, expected + need
        if counted < expected:
            return True
    return False


async def named(policy: Policy, nameless: Nameless, pace: Pace) -> list[Short]:
    """Which budgets these are: every name there may be is tried, until each has been found."""
    left, found = dict(nameless.least), []
    async for scopes in pace.steps(_names(policy, nameless), _NAMES):
        for scope in scopes:
            needed = left.pop(budgets.mark(scope.key), None)
            if needed is not None:
                found.append(Short(scope.key, RECENT.unpack(needed), None))
        if not left:
            break
    return found


def _names(policy: Policy, of: Nameless) -> Iterator[Scope]:
    """Those that are few first: of the last there are some millions."""
    yield from (Scope("application", name, EVERYTHING) for name in of.applications)
    yield from (Scope("organisation", place, Bucket(each)) for place in of.organisations for each in _OF_PLACES)
    yield from (Scope("pool", pool, EVERYTHING) for pool in of.pools)
    yield from (Scope("account", owner, each) for owner in of.owners for each in (*policy.buckets, *_CHANGING))
    yield from (Scope("share", f"{place}/{owner}", EVERYTHING) for place in of.organisations for owner in of.owners)


async def remember(conn: "asyncpg.Connection", keys: "Keys", one: Lost) -> None:
    """Write the memory again, without its marks: opening the person again is charged anew. Under the turnstile."""
    row = await conn.fetchrow("SELECT * FROM guard.reach WHERE account = $1 AND person = $2", one.account, one.person)
    if row is not None and row["day"] >= one.day and keys.authenticator.genuine_row("reach", row):
        return  # opened again meanwhile
    version = (one.version if row is None else row["version"]) + recording.LEAP
    mac = keys.authenticator.stamp("reach", (one.account, one.person, one.day, (), 0, version))
    await conn.execute(_REMEMBER, one.account, one.person, one.day, version, mac)


async def count_again(conn: "asyncpg.Connection", keys: "Keys", one: Short, today: int, hour: int) -> None:
    """Let a budget have counted what the memories say at least. Under the turnstile."""
    row = await conn.fetchrow("SELECT * FROM guard.budget WHERE key = $1", one.key)
    window, caps, version = EMPTY, Caps(0, 0, 0, 0), 0
    if row is not None and keys.authenticator.genuine_row("budget", row):
        window = window_of(row)
        caps, version = Caps(row["hour_cap"], row["day_cap"], row["week_cap"], row["month_cap"]), row["version"]
    seen = budgets.at(window, today, hour)
    recent = tuple(max(pair) for pair in zip(seen.recent, one.least, strict=True))
    # Of what hour today's people were is not known: all of them are counted in this one.
    full = budgets.window(hour, max(seen.in_hour, recent[0]), today, recent)
    spent = budgets.spent(full)
    within = Caps(*map(max, caps, spent))
    values = (one.key, hour, today, RECENT.pack(*recent), *spent, *within, version + recording.LEAP)
    await conn.execute(_WRITE, *values, keys.authenticator.stamp("budget", values))
