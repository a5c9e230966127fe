"""A year of an invented journal: 15,000 accounts, 450 offices, 1.6 million people, and one theft.

Nine in ten readings are of an account's own ninety people, as in bench/population.py; the others of the office's.
Twenty-two working days a month, ten hours a day. In the tenth month three accounts read everybody once, between them.
Ids have the randomness of UUIDs; nothing here is a fact about anybody.
"""

from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Final, NamedTuple

import duckdb

ACCOUNTS, OFFICES = 15_000, 450
MONTHS: Final = tuple(datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 13))
THEFT: Final = 9
"""Place of the month of the theft."""
THIEVES: Final = 3

_DRAWN = """
SELECT i, (hash(i, 1, {seed}) % {accounts})::BIGINT AS a, (hash(i, 2, {seed}) % 22)::BIGINT AS d,
    {start} + (hash(i, 2, {seed}) % 22)::BIGINT * 86400000000 + 28800000000
        + (hash(i, 3, {seed}) % 36000000000)::BIGINT AS time_us,
    (hash(i, 4, {seed}) % 100)::INTEGER AS pick, (hash(i, 5, {seed}) % 90)::INTEGER AS own,
    hash(i, 6, {seed}) AS any_other
FROM range({rows}) t(i)
"""
_WHOM = """
SELECT time_us, a, d, pick, CASE WHEN pick < 85 THEN (hash(a, own) % {people})::BIGINT
    ELSE (a % {offices} + {offices} * (any_other % ({people} // {offices}))::BIGINT) END AS p FROM ({drawn})
"""
_THEFT = """
UNION ALL SELECT {start} + (3 + i % 3) * 86400000000 + (hash(i, 9) % 86400000000)::BIGINT, {accounts} + i % {thieves},
    3 + i % 3, 1, i FROM range({people}) t(i)
"""
_ORDERED = """
CREATE OR REPLACE TEMP TABLE drawn AS SELECT *, {first} + row_number() OVER (ORDER BY time_us, a, p) AS entry
FROM ({whom}) ORDER BY entry
"""
_ROWS = """
COPY (
    SELECT time_us, entry, CASE WHEN pick % 20 = 0 THEN 'found' ELSE 'released' END AS kind,
        unhex(md5('person' || p)) AS person,
        (CASE WHEN pick % 20 = 0 THEN 0 WHEN pick % 3 = 0 THEN 1 WHEN pick % 3 = 1 THEN 3
            ELSE [19, 51, 35, 7, 11][1 + pick % 5] END)::INTEGER AS groups,
        unhex(md5('account' || a)) AS account, unhex(md5('session' || a || '/' || d || '/{start}')) AS session,
        unhex(md5('office' || a % {offices})) AS organisation, 'console' AS application,
        CASE WHEN a % 10 = 0 THEN 'reception' ELSE 'adviser' END AS role,
        ['follow-up', 'reception', 'training'][1 + pick % 3] AS purpose,
        CASE WHEN pick % 20 = 0 THEN 'search' WHEN pick < 85 THEN 'followed' ELSE 'appointment' END AS explanation,
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' AS policy, NULL::VARCHAR AS detail
    FROM drawn
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


class Year(NamedTuple):
    """How large: entries in all, people."""

    rows: int
    people: int


class Generator:
    """Writes months one after another."""

    def __init__(self, year: Year, folder: Path) -> None:
        self._year, self._folder = year, folder
        self._engine = duckdb.connect()
        self._engine.execute("SET threads = 2")
        self._engine.execute("SET memory_limit = '8GB'")
        self._engine.execute(f"SET temp_directory = '{folder}/.generating'")

    def month(self, place: int, first: int) -> Path:
        """The file of a month, its entries numbered after ``first``."""
        path = self._folder / f"generated-{place}.parquet"
        start = int(MONTHS[place].timestamp()) * 1_000_000
        ordinary = (self._year.rows - self._year.people) // len(MONTHS)
        common = {"people": self._year.people, "start": start, "seed": place, "rows": ordinary, **_COUNTS}
        whom = _WHOM.format(drawn=_DRAWN.format(**common), **common)
        if place == THEFT:
            whom += _THEFT.format(**common)
        self._engine.execute(_ORDERED.format(whom=whom, first=first))
        self._engine.execute(_ROWS.format(path=path, **common))
        return path

    def close(self) -> None:
        """Let go of the memory."""
        self._engine.close()


def account(number: int) -> bytes:
    """The id of an account."""
    return md5(f"account{number}".encode(), usedforsecurity=False).digest()


def person(number: int) -> bytes:
    """The id of a person."""
    return md5(f"person{number}".encode(), usedforsecurity=False).digest()


_COUNTS: Final = {"accounts": ACCOUNTS, "offices": OFFICES, "thieves": THIEVES}
